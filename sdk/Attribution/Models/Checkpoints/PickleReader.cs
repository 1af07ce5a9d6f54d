using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Attribution.Diagnostics;

namespace Attribution.Models.Checkpoints;

/// <summary>
/// Interprets a pickle (CPython's <c>pickletools.py</c> describes every instruction) without the instructions that run code: protocols 2 to 5 as
/// <c>torch.save</c> writes them. Every instruction takes at least a byte and creates at most one object, so that memory is bounded by the pickle's length.
/// </summary>
internal sealed class PickleReader(byte[] pickle, CheckpointArchive archive, string path)
{
    private static readonly object s_mark = new();
    private static readonly UTF8Encoding s_text = new(false, throwOnInvalidBytes: true);
    private readonly PickleCalls _calls = new(archive, pickle.Length);
    private readonly List<object?> _stack = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private int _at;

    /// <summary>Runs the program and returns the resulting value.</summary>
    public object? Read()
    {
        try
        {
            return Run();
        }
        catch (Exception e) when (e is PickleException or DecoderFallbackException)
        {
            throw archive.Damaged($"The pickle is damaged before byte {_at}: {e.Message}.", e);
        }
    }

    private object? Run()
    {
        while (true)
        {
            var code = Byte();
            switch ((char)code)
            {
                case '\x80': // PROTO
                    if (Byte() is var protocol && protocol is < 2 or > 5)
                        throw new PickleException($"it has protocol {protocol}; protocols 2 to 5 are supported");
                    break;
                case '\x95': // FRAME: its length, which is not needed here
                    Take(8);
                    break;
                case '.': // STOP
                    return _stack.Count == 1 ? PickleCalls.Checked(Pop()) : throw new PickleException("it does not end with one value");
                case '(': // MARK
                    _stack.Add(s_mark);
                    break;
                case '0': // POP
                    Pop();
                    break;
                case '1': // POP_MARK
                    PopToMark();
                    break;
                case '2': // DUP
                    _stack.Add(Peek());
                    break;
                case 'N': // NONE
                    _stack.Add(null);
                    break;
                case '\x88': // NEWTRUE
                    _stack.Add(true);
                    break;
                case '\x89': // NEWFALSE
                    _stack.Add(false);
                    break;
                case 'K': // BININT1
                    _stack.Add((long)Byte());
                    break;
                case 'M': // BININT2
                    _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
                    break;
                case 'J': // BININT
                    _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
                    break;
                case '\x8A': // LONG1
                    _stack.Add(Integer(Take(Byte())));
                    break;
                case '\x8B': // LONG4
                    _stack.Add(Integer(Take(Length(BinaryPrimitives.ReadInt32LittleEndian(Take(4))))));
                    break;
                case 'G': // BINFLOAT
                    _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
                    break;
                case '\x8C': // SHORT_BINUNICODE
                    _stack.Add(Text(Byte()));
                    break;
                case 'X': // BINUNICODE
                    _stack.Add(Text(Length(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))));
                    break;
                case '\x8D': // BINUNICODE8
                    _stack.Add(Text(Length(BinaryPrimitives.ReadInt64LittleEndian(Take(8)))));
                    break;
                case 'C': // SHORT_BINBYTES
                    _stack.Add(Take(Byte()).ToArray());
                    break;
                case 'B': // BINBYTES
                    _stack.Add(Take(Length(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))).ToArray());
                    break;
                case '\x8E': // BINBYTES8
                    _stack.Add(Take(Length(BinaryPrimitives.ReadInt64LittleEndian(Take(8)))).ToArray());
                    break;
                case ')': // EMPTY_TUPLE
                    _stack.Add(Array.Empty<object?>());
                    break;
                case '\x85': // TUPLE1 to TUPLE3
                case '\x86':
                case '\x87':
                    _stack.Add(Values(_stack.Count - (code - 0x84)));
                    break;
                case 't': // TUPLE
                    _stack.Add(PopToMark());
                    break;
                case ']': // EMPTY_LIST
                    _stack.Add(new List<object?>());
                    break;
                case 'a': // APPEND
                    Append([Pop()]);
                    break;
                case 'e': // APPENDS
                    Append(PopToMark());
                    break;
                case 'l': // LIST
                    _stack.Add(PopToMark().ToList());
                    break;
                case '}': // EMPTY_DICT
                    _stack.Add(new OrderedDictionary<object, object?>());
                    break;
                case 's': // SETITEM
                    SetItems(Values(_stack.Count - 2));
                    break;
                case 'u': // SETITEMS
                    SetItems(PopToMark());
                    break;
                case 'q': // BINPUT
                    _memo[Byte()] = Peek();
                    break;
                case 'r': // LONG_BINPUT
                    _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Peek();
                    break;
                case '\x94': // MEMOIZE
                    _memo[(uint)_memo.Count] = Peek();
                    break;
                case 'h': // BINGET
                    _stack.Add(Recall(Byte()));
                    break;
                case 'j': // LONG_BINGET
                    _stack.Add(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))));
                    break;
                case 'c': // GLOBAL
                    _stack.Add(Global(Line(), Line()));
                    break;
                case '\x93': // STACK_GLOBAL
                    var (name, module) = (Pop(), Pop());
                    _stack.Add(Global(module as string, name as string));
                    break;
                case 'Q': // BINPERSID
                    _stack.Add(_calls.Storage(Pop()));
                    break;
                case 'R': // REDUCE
                    var arguments = Pop();
                    _stack.Add(_calls.Call(Pop(), arguments as object?[] ?? throw new PickleException("a call's arguments are no tuple")));
                    break;
                case 'b': // BUILD: for an ordered dictionary it has attributes (a state_dict's _metadata), which no tensor depends on
                    var state = Pop();
                    if (state is not OrderedDictionary<object, object?> || Peek() is not OrderedDictionary<object, object?>)
                        throw Refused("gives an object a state (BUILD)");
                    break;
                default:
                    throw Refused($"has the instruction 0x{code:X2}, which makes neither tensors nor plain values");
            }
        }
    }

    private object Global(string? module, string? name) => module is null || name is null
        ? throw new PickleException("the name of a global is no text")
        : PickleGlobals.Find(module, name) ?? throw Refused($"names '{module}.{name}', which makes neither tensors nor plain values");

    private AttributionException Refused(string what) =>
        new(ErrorCodes.CheckpointRefused, $"The checkpoint {what}; loading it could run code, so it is refused. Save the tensors alone, or a "
            + "dictionary of them, with torch.save.")
        { File = path };

    private void Append(object?[] values)
    {
        var list = Peek() as List<object?> ?? throw new PickleException("something is appended to a value that is not a list");
        list.AddRange(values);
    }

    private void SetItems(object?[] values)
    {
        var dictionary = Peek() as OrderedDictionary<object, object?> ?? throw new PickleException("an item is set in a value that is not a dictionary");
        if (values.Length % 2 != 0)
            throw new PickleException("a dictionary has a key without a value");
        for (var i = 0; i < values.Length; i += 2)
            dictionary[PickleCalls.Key(values[i])] = values[i + 1];
    }

    private object? Recall(uint index) => _memo.TryGetValue(index, out var value) ? value : throw new PickleException($"the memo {index} was never put");

    private object? Peek() => _stack.Count > 0 && _stack[^1] != s_mark ? _stack[^1] : throw new PickleException("the stack has no value where one is needed");

    private object? Pop()
    {
        var value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    /// <summary>Removes and returns the values from a position of the stack to its top.</summary>
    private object?[] Values(int start)
    {
        if (start < 0 || _stack.IndexOf(s_mark, start) >= 0)
            throw new PickleException("the stack has too few values");
        var values = _stack[start..].ToArray();
        _stack.RemoveRange(start, values.Length);
        return values;
    }

    private object?[] PopToMark()
    {
        var mark = _stack.LastIndexOf(s_mark);
        var values = mark < 0 ? throw new PickleException("there is no mark") : Values(mark + 1);
        _stack.RemoveAt(mark);
        return values;
    }

    private byte Byte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > pickle.Length - _at)
            throw new PickleException("it ends in the middle of an instruction");
        _at += count;
        return pickle.AsSpan(_at - count, count);
    }

    private int Length(long announced) => announced >= 0 && announced <= pickle.Length - _at
        ? (int)announced
        : throw new PickleException($"a length of {announced} is announced, and {pickle.Length - _at} bytes are left");

    private string Text(int length) => s_text.GetString(Take(length));

    private string Line()
    {
        var length = pickle.AsSpan(_at).IndexOf((byte)'\n');
        var text = Text(length < 0 ? throw new PickleException("a line does not end") : length);
        Take(1);
        return text;
    }

    // Two's complement, little-endian
    private static object Integer(ReadOnlySpan<byte> bytes)
    {
        var value = new BigInteger(bytes);
        return value >= long.MinValue && value <= long.MaxValue ? (long)value : value;
    }
}
