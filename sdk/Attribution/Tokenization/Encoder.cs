using System.Text;
using Attribution.Tokenization.AddedTokens;
using Attribution.Tokenization.Models;
using Attribution.Tokenization.Text;

namespace Attribution.Tokenization;

/// <summary>
/// Encodes text in four steps: finds added tokens in the text, normalizes the rest, finds normalized added tokens in that, and cuts the remainder into pieces,
/// which the model converts to tokens.
/// </summary>
internal sealed class Encoder
{
    private readonly TokenizerDefinition _definition;
    private readonly AddedTokenSplitter _plain;
    private readonly AddedTokenSplitter _normalized;
    private readonly bool _readsBytes;
    private readonly bool _alwaysTracked;
    private Workspace? _spare;

    public Encoder(TokenizerDefinition definition)
    {
        _definition = definition;
        // Of two tokens with the same normalized form the first counts; the reference picks either one, differently from run to run.
        var tokens = definition.AddedTokens;
        _plain = new AddedTokenSplitter(tokens.Where(token => !token.Normalized).Select(token => (token.Content, token)));
        _normalized = new AddedTokenSplitter(tokens.Where(token => token.Normalized).Select(token => (definition.SpellingOf(token.Id)!, token)));
        _readsBytes = definition.PreTokenizers.EndsInBytes;
        _alwaysTracked = definition.PreTokenizers.LooksAtOrigin;
    }

    public TokenizedText Encode(string text, bool addSpecialTokens, bool normalize = true, bool preTokenize = true)
    {
        var work = Rent(tracked: true, normalize, preTokenize);
        EncodeText(Utf16.WellFormed(text), work);
        var post = _definition.PostProcessor;
        if (post.Trims.Length > 0)
            for (var i = 0; i < work.Offsets.Count; i++)
                work.Offsets[i] = post.Trim(i, _definition.TokenOfId[work.Tokens.Ids[i]], work.Offsets[i], text);
        var ids = work.Tokens.Ids.AsSpan(0, work.Tokens.Count);
        var result = addSpecialTokens
            ? new TokenizedText([.. post.Before, .. ids, .. post.After],
                [.. new TextSpan[post.Before.Length], .. work.Offsets, .. new TextSpan[post.After.Length]])
            : new TokenizedText([.. ids], [.. work.Offsets]);
        _spare = work;
        return result;
    }

    public int[] EncodeToIds(string text, bool addSpecialTokens, bool normalize = true, bool preTokenize = true)
    {
        var work = Rent(tracked: false, normalize, preTokenize);
        EncodeText(Utf16.WellFormed(text), work);
        var ids = work.Tokens.Ids.AsSpan(0, work.Tokens.Count);
        int[] result = addSpecialTokens
            ? [.. _definition.PostProcessor.Before, .. ids, .. _definition.PostProcessor.After]
            : [.. ids];
        _spare = work;
        return result;
    }

    private void EncodeText(string text, Workspace work)
    {
        var done = 0;
        for (var from = 0; !_plain.IsEmpty && _plain.Next(text, done, ref from, out var range) is { } token;)
        {
            EncodeSection(text.AsSpan(done, range.Start - done), done, work);
            work.Add(token.Id, range);
            done = range.End;
            from = Math.Max(from, done);
        }
        EncodeSection(text.AsSpan(done), done, work);
    }

    private void EncodeSection(ReadOnlySpan<char> section, int shift, Workspace work)
    {
        if (section.IsEmpty)
            return;
        work.Text.Reset(section, shift, work.Tracked || _alwaysTracked);
        if (work.Normalizes)
            _definition.Normalizer?.Apply(work.Text);
        if (_normalized.IsEmpty)
        {
            EncodePieces(0, work.Text.Length, work);
            return;
        }
        // Added tokens are found first, because the following steps may rewrite the text.
        var found = new List<(AddedToken Token, TextSpan Range)>();
        var done = 0;
        for (var from = 0; _normalized.Next(work.Text.Chars, done, ref from, out var range) is { } token;)
        {
            found.Add((token, range));
            done = range.End;
            from = Math.Max(from, done);
        }
        if (found.Count == 0)
        {
            EncodePieces(0, work.Text.Length, work);
            return;
        }
        EncodeAround(found, work);
    }

    private void EncodeAround(List<(AddedToken Token, TextSpan Range)> found, Workspace work)
    {
        // Each part between added tokens is encoded from a new copy of the normalized section.
        var whole = work.Text;
        var done = 0;
        foreach (var (token, range) in found)
        {
            EncodePart(done, range.Start);
            work.Add(token.Id, work.Tracked ? whole.Original(range.Start, range.End) : default);
            done = range.End;
        }
        EncodePart(done, whole.Length);
        work.Text = whole;

        void EncodePart(int start, int end)
        {
            if (start >= end)
                return;
            work.Text = whole.Slice(start, end);
            EncodePieces(0, end - start, work);
        }
    }

    private void EncodePieces(int start, int end, Workspace work)
    {
        work.Pieces.Clear();
        work.Pieces.Add(start, end);
        foreach (var step in work.PreTokenizes ? _definition.PreTokenizers.Steps : [])
        {
            work.SparePieces.Clear();
            work.Text.Step();
            step.Apply(work.Text, work.Pieces, work.SparePieces);
            (work.Pieces, work.SparePieces) = (work.SparePieces, work.Pieces);
        }
        var text = work.Text.Chars;
        foreach (var piece in work.Pieces.Span)
        {
            var first = work.Tokens.Count;
            _definition.Model.Encode(text[piece.Start..piece.End], _readsBytes, work.Merger, work.Tokens);
            if (work.Tracked)
                AddOffsets(piece, first, work);
        }
    }

    // A token covers some of the piece's UTF-8 bytes; its range is that of the characters with these bytes.
    private static void AddOffsets(TextSpan piece, int first, Workspace work)
    {
        var text = work.Text.Chars;
        var at = piece.Start;
        var byteAt = 0;
        Rune.DecodeFromUtf16(text[at..piece.End], out var rune, out var units);
        var covered = 0;
        for (var i = first; i < work.Tokens.Count; i++)
        {
            MoveTo(covered, text);
            var start = at;
            covered += work.Tokens.Lengths[i];
            MoveTo(covered - 1, text);
            work.Offsets.Add(work.Text.Original(start, at + units));
        }

        void MoveTo(int target, ReadOnlySpan<char> text)
        {
            while (byteAt + rune.Utf8SequenceLength <= target && at + units < piece.End)
            {
                byteAt += rune.Utf8SequenceLength;
                at += units;
                Rune.DecodeFromUtf16(text[at..piece.End], out rune, out units);
            }
        }
    }

    private Workspace Rent(bool tracked, bool normalize, bool preTokenize)
    {
        var work = Interlocked.Exchange(ref _spare, null) ?? new Workspace(_definition.Model.CreateMerger());
        (work.Tracked, work.Normalizes, work.PreTokenizes) = (tracked, normalize, preTokenize);
        work.Tokens.Clear();
        work.Offsets.Clear();
        return work;
    }

    // The working memory of one call, reused by the next.
    private sealed class Workspace(BpeMerger merger)
    {
        public bool Tracked { get; set; }

        public bool Normalizes { get; set; }

        public bool PreTokenizes { get; set; }

        public BpeMerger Merger { get; } = merger;

        public AlignedText Text { get; set; } = new();

        public PieceList Pieces { get; set; } = new();

        public PieceList SparePieces { get; set; } = new();

        public SymbolList Tokens { get; } = new();

        public List<TextSpan> Offsets { get; } = [];

        public void Add(int id, TextSpan range)
        {
            Tokens.Add(id, 0);
            if (Tracked)
                Offsets.Add(range);
        }
    }
}
