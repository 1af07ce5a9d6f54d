using System.Collections;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>
/// Python values in .NET: None is null, bool is bool, int is <see cref="long"/>, float is <see cref="double"/>, str is <see cref="string"/>, list is
/// <see cref="List{T}"/>; the other types are below.
/// </summary>
internal static class PythonTypes
{
    /// <summary>Python's name of a value's type, for error messages.</summary>
    public static string Name(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long => "int",
        double => "float",
        string => "str",
        List<object?> => "list",
        PythonTuple => "tuple",
        PythonRange => "range",
        PythonDict => "dict",
        PythonView view => view.TypeName,
        PythonGenerator => "generator",
        TemplateNamespace => "Namespace",
        TemplateFunction => "function",
        LoopState => "LoopContext",
        Undefined => "Undefined",
        _ => throw new InvalidOperationException($"{value.GetType()} is no value of a template"),
    };

    public static bool IsNumber(object? value) => value is bool or long or double;

    /// <summary>Python's truth value: None, zero and anything empty are false.</summary>
    public static bool Truth(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long integer => integer != 0,
        double real => real != 0,
        string text => text.Length > 0,
        IReadOnlyCollection<object?> items => items.Count > 0,
        PythonDict dict => dict.Count > 0,
        _ => true,
    };
}

/// <summary>Python's immutable sequence.</summary>
internal sealed class PythonTuple(IReadOnlyList<object?> items) : IReadOnlyList<object?>
{
    public object? this[int index] => items[index];

    public int Count => items.Count;

    public IEnumerator<object?> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>The result of <c>range()</c>. Jinja's sandbox allows at most 100,000 elements.</summary>
internal sealed class PythonRange : IReadOnlyList<object?>
{
    private const int MaxCount = 100_000;

    public PythonRange(long start, long stop, long step)
    {
        if (step == 0)
            throw new TemplateException(TemplateFault.Evaluation, "the step of range() is zero");
        (Start, Stop, Step) = (start, stop, step);
        var count = step > 0 ? ((Int128)stop - start + step - 1) / step : ((Int128)start - stop - step - 1) / -(Int128)step;
        if (count > MaxCount)
            throw new TemplateException(TemplateFault.Limit, $"it asks for a range of more than {MaxCount:N0} elements");
        Count = (int)Int128.Max(count, 0);
    }

    public long Start { get; }

    public long Stop { get; }

    public long Step { get; }

    public int Count { get; }

    public object? this[int index] => Start + index * Step;

    public IEnumerator<object?> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>The result of a dict's <c>keys()</c>, <c>values()</c> and <c>items()</c>: has a length but no indices.</summary>
internal sealed class PythonView(string typeName, List<object?> items) : IReadOnlyCollection<object?>
{
    public string TypeName { get; } = typeName;

    public int Count => items.Count;

    public IEnumerator<object?> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>The result of filters such as <c>map</c> and <c>select</c>: has no length, is always true, and can be read once.</summary>
internal sealed class PythonGenerator(IEnumerable<object?> items)
{
    public IEnumerator<object?> Items { get; } = items.GetEnumerator();
}

/// <summary>A dict in insertion order. Keys are texts and numbers; 1, 1.0 and true are the same key, as in Python.</summary>
internal sealed class PythonDict
{
    private readonly OrderedDictionary<object, object?> _items = [];

    public int Count => _items.Count;

    public IEnumerable<object?> Keys => _items.Keys;

    public IEnumerable<object?> Values => _items.Values;

    public IEnumerable<KeyValuePair<object, object?>> Items => _items;

    public bool TryGet(object? key, out object? value)
    {
        value = null;
        return TryNormalize(key, out var normal) && _items.TryGetValue(normal, out value);
    }

    public void Set(object? key, object? value)
    {
        if (!TryNormalize(key, out var normal))
            throw new TemplateException(TemplateFault.Evaluation, $"a value of type {PythonTypes.Name(key)} cannot be the key of a dict here");
        _items[normal] = value;
    }

    private static bool TryNormalize(object? key, out object normal)
    {
        normal = key switch
        {
            bool flag => flag ? 1L : 0L,
            double real when real == Math.Floor(real) && Math.Abs(real) < 1L << 53 => (long)real,
            string or long or double => key,
            _ => "",
        };
        return key is string or bool or long or double;
    }
}

/// <summary>The result of <c>namespace()</c>: the only object whose attributes a template may set, from any scope.</summary>
internal sealed class TemplateNamespace
{
    public Dictionary<string, object?> Attributes { get; } = [];
}

/// <summary>A function that a template can call.</summary>
internal sealed class TemplateFunction(string name, Func<CallArguments, object?> body)
{
    public string Name { get; } = name;

    public object? Call(CallArguments arguments) => body(arguments);
}
