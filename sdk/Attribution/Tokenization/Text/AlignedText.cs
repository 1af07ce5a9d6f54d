using System.Text;

namespace Attribution.Tokenization.Text;

/// <summary>
/// A text on its way through normalizers and pre-tokenizers: its current UTF-16 units and, if offsets are wanted, the range of the original text for each unit.
/// Both units of a surrogate pair have the same range.
/// </summary>
internal sealed class AlignedText
{
    private char[] _chars = new char[256];
    private int[] _starts = [];
    private int[] _ends = [];
    private char[] _spareChars = new char[256];
    private int[] _spareStarts = [];
    private int[] _spareEnds = [];
    private int _rewritten;
    private bool _tracked;
    private bool _aligned;
    private int _shift;
    private int _mostUnits;
    private long _workLeft;

    public int Length { get; private set; }

    public ReadOnlySpan<char> Chars => _chars.AsSpan(0, Length);

    /// <summary>The units, for changes that keep each unit's alignment to the original.</summary>
    public Span<char> Writable => _chars.AsSpan(0, Length);

    /// <summary>Starts again with a part of the original text.</summary>
    /// <param name="text">The part, without lone surrogates.</param>
    /// <param name="shift">The position of the part in the original.</param>
    /// <param name="tracked">Whether offsets are wanted.</param>
    public void Reset(ReadOnlySpan<char> text, int shift, bool tracked)
    {
        if (_chars.Length < text.Length)
            _chars = new char[Math.Max(text.Length, 2 * _chars.Length)];
        text.CopyTo(_chars);
        Length = text.Length;
        _shift = shift;
        _tracked = tracked;
        _aligned = false;
        (_mostUnits, _workLeft) = (TokenizerBudget.MostUnits(text.Length), TokenizerBudget.MostWork(text.Length));
    }

    /// <summary>Accounts for a step that reads all of the text.</summary>
    /// <exception cref="Diagnostics.AttributionException">ATTR1205: the steps have read too much.</exception>
    public void Step()
    {
        if ((_workLeft -= Length + 1) < 0)
            throw TokenizerBudget.Exceeded("reads a text many thousand times over");
    }

    /// <summary>The original range of the units from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    public TextSpan Original(int start, int end)
    {
        if (_aligned)
            return new TextSpan(_starts[start], _ends[end - 1]);
        return new TextSpan(_shift + RuneStart(start), _shift + RuneEnd(end));
    }

    /// <summary>A part of the current state as a separate text.</summary>
    public AlignedText Slice(int start, int end)
    {
        var slice = new AlignedText();
        slice.Reset(Chars[start..end], _shift + start, _tracked);
        (slice._mostUnits, slice._workLeft) = (_mostUnits, _workLeft);
        if (!_aligned)
            return slice;
        slice._aligned = true;
        slice._starts = _starts[start..end];
        slice._ends = _ends[start..end];
        return slice;
    }

    /// <summary>Begins to build the next state from the current one; everything that is not appended is dropped.</summary>
    public void BeginRewrite()
    {
        _rewritten = 0;
        if (!_tracked || _aligned)
            return;
        Grow(ref _starts, Length);
        Grow(ref _ends, Length);
        for (var i = 0; i < Length; i++)
        {
            _starts[i] = _shift + RuneStart(i);
            _ends[i] = _shift + RuneEnd(i + 1);
        }
        _aligned = true;
    }

    /// <summary>The position of the next appended unit.</summary>
    public int Rewritten => _rewritten;

    /// <summary>Appends units of the current state with their ranges.</summary>
    public void Append(int start, int end)
    {
        var length = end - start;
        Reserve(length);
        _chars.AsSpan(start, length).CopyTo(_spareChars.AsSpan(_rewritten));
        if (_tracked)
        {
            _starts.AsSpan(start, length).CopyTo(_spareStarts.AsSpan(_rewritten));
            _ends.AsSpan(start, length).CopyTo(_spareEnds.AsSpan(_rewritten));
        }
        _rewritten += length;
    }

    /// <summary>
    /// Appends new units that share the range of the current state's unit <paramref name="alignedWith"/>; -1 means the empty range at the beginning.
    /// </summary>
    public void Append(ReadOnlySpan<char> units, int alignedWith)
    {
        Reserve(units.Length);
        units.CopyTo(_spareChars.AsSpan(_rewritten));
        if (_tracked)
        {
            _spareStarts.AsSpan(_rewritten, units.Length).Fill(alignedWith < 0 ? _shift : _starts[alignedWith]);
            _spareEnds.AsSpan(_rewritten, units.Length).Fill(alignedWith < 0 ? _shift : _ends[alignedWith]);
        }
        _rewritten += units.Length;
    }

    /// <summary>Makes the appended units the current state.</summary>
    public void EndRewrite()
    {
        (_chars, _spareChars) = (_spareChars, _chars);
        (_starts, _spareStarts) = (_spareStarts, _starts);
        (_ends, _spareEnds) = (_spareEnds, _ends);
        Length = _rewritten;
    }

    /// <summary>
    /// Rewrites the text as a sequence of code points, each with its relation to the current ones: 0 replaces the next one, 1 is new and shares the range of
    /// the unit before it, -N replaces the next one and drops the N after it. These are the reference library's rules, so that offsets equal its own.
    /// </summary>
    /// <param name="target">The new code points with their relations.</param>
    /// <param name="dropped">The number of code points dropped before the first.</param>
    public void Transform(List<(int CodePoint, int Change)> target, int dropped)
    {
        BeginRewrite();
        var at = Skip(0, dropped);
        Span<char> units = stackalloc char[2];
        foreach (var (codePoint, change) in target)
        {
            var length = new Rune(codePoint).EncodeToUtf16(units);
            Append(units[..length], Math.Min(change > 0 ? at - 1 : at, Length - 1));
            if (change <= 0)
                at = Skip(at, 1 - change);
        }
        EndRewrite();
    }

    private int Skip(int at, int codePoints)
    {
        for (; codePoints > 0 && at < Length; codePoints--)
            at += char.IsHighSurrogate(_chars[at]) ? 2 : 1;
        return at;
    }

    private int RuneStart(int unit) => unit > 0 && char.IsLowSurrogate(_chars[unit]) ? unit - 1 : unit;

    private int RuneEnd(int end) => char.IsHighSurrogate(_chars[end - 1]) ? end + 1 : end;

    private void Reserve(int more)
    {
        if ((long)_rewritten + more > _mostUnits)
            throw TokenizerBudget.Exceeded($"makes a text of more than {_mostUnits:N0} characters");
        var needed = _rewritten + more;
        if (_spareChars.Length < needed)
            Array.Resize(ref _spareChars, Math.Max(needed, 2 * _spareChars.Length));
        if (!_tracked)
            return;
        Grow(ref _spareStarts, _spareChars.Length);
        Grow(ref _spareEnds, _spareChars.Length);
    }

    private static void Grow(ref int[] array, int length)
    {
        if (array.Length < length)
            Array.Resize(ref array, Math.Max(length, 2 * array.Length));
    }
}
