namespace Attribution.Tokenization.ChatTemplates;

/// <summary>The arguments of a call.</summary>
internal sealed class CallArguments(IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named)
{
    private static readonly Dictionary<string, object?> NoNames = [];

    public IReadOnlyList<object?> Positional { get; } = positional;

    public IReadOnlyDictionary<string, object?> Named { get; } = named;

    public CallArguments(params IReadOnlyList<object?> positional) : this(positional, NoNames)
    {
    }

    public static CallArguments None { get; } = new([], NoNames);

    /// <summary>The arguments without the first <paramref name="count"/> positional ones.</summary>
    public CallArguments Skip(int count) => new([.. Positional.Skip(count)], Named);

    /// <summary>Matches the arguments to a callee's parameters.</summary>
    /// <param name="callee">The callee's name, for error messages.</param>
    /// <param name="required">The number of required parameters.</param>
    /// <param name="parameters">The parameters' names in order.</param>
    public BoundArguments Bind(string callee, int required, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Count > parameters.Length)
            throw Error($"{callee}() takes at most {parameters.Length} arguments, not {Positional.Count}");
        var values = new object?[parameters.Length];
        var given = new bool[parameters.Length];
        for (var i = 0; i < Positional.Count; i++)
            (values[i], given[i]) = (Positional[i], true);
        foreach (var (name, value) in Named)
        {
            var i = parameters.IndexOf(name);
            if (i < 0)
                throw Error($"{callee}() has no argument '{name}'");
            if (given[i])
                throw Error($"{callee}() is given its argument '{name}' twice");
            (values[i], given[i]) = (value, true);
        }
        for (var i = 0; i < required; i++)
            if (!given[i])
                throw Error($"{callee}() needs its argument '{parameters[i]}'");
        return new BoundArguments(callee, values, given);
    }

    private static TemplateException Error(string message) => new(TemplateFault.Evaluation, message);
}

/// <summary>The arguments of a call, in the order of the callee's parameters.</summary>
internal readonly struct BoundArguments(string callee, object?[] values, bool[] given)
{
    public object? this[int index] => values[index];

    public bool Has(int index) => given[index];

    /// <summary>An argument that must be a text.</summary>
    public string Text(int index) => values[index] as string ?? throw Wrong(index, "a text");

    /// <summary>A text; null if the argument is missing or None.</summary>
    public string? OptionalText(int index) => values[index] is null ? null : Text(index);

    public long Integer(int index, long otherwise) => !given[index] ? otherwise : values[index] switch
    {
        long integer => integer,
        bool flag => flag ? 1 : 0,
        _ => throw Wrong(index, "an integer"),
    };

    public bool Truth(int index) => given[index] && PythonTypes.Truth(values[index]);

    private TemplateException Wrong(int index, string what) =>
        values[index] is Undefined undefined ? undefined.Use()
        : new(TemplateFault.Evaluation, $"argument {index + 1} of {callee}() is of type {PythonTypes.Name(values[index])}, not {what}");
}
