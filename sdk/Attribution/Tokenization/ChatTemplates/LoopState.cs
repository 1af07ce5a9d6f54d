namespace Attribution.Tokenization.ChatTemplates;

/// <summary>
/// The <c>loop</c> of a <c>for</c>. Elements are read one by one as the loop runs, and one ahead only if the template asks for the next: a loop's condition may
/// depend on what its body has done so far.
/// </summary>
internal sealed class LoopState(IEnumerator<object?> items, int? count, PythonOperators operators)
{
    private readonly Queue<object?> _ahead = [];
    private object? _previous;
    private object? _current;
    private object? _changed;
    private int _index = -1;
    private int? _count = count;

    public bool MoveNext(out object? item)
    {
        item = null;
        if (!Peek(out var next))
            return false;
        _ahead.Dequeue();
        _previous = _index < 0 ? null : _current;
        _index++;
        item = _current = next;
        return true;
    }

    /// <summary>An attribute of <c>loop</c>; undefined if there is none.</summary>
    public object? Attribute(string name) => name switch
    {
        "index" => _index + 1L,
        "index0" => (long)_index,
        "revindex" => (long)Count() - _index,
        "revindex0" => (long)Count() - _index - 1,
        "first" => _index == 0,
        "last" => !Peek(out _),
        "length" => (long)Count(),
        // In Jinja2, only recursive loops go deeper.
        "depth" => 1L,
        "depth0" => 0L,
        "previtem" => _index == 0 ? new Undefined("there is no previous item") : _previous,
        "nextitem" => Peek(out var next) ? next : new Undefined("there is no next item"),
        "cycle" => new TemplateFunction("cycle", Cycle),
        "changed" => new TemplateFunction("changed", Changed),
        _ => Undefined.Member(this, name),
    };

    private bool Peek(out object? next)
    {
        if (_ahead.Count == 0 && items.MoveNext())
            _ahead.Enqueue(items.Current);
        return _ahead.TryPeek(out next);
    }

    private int Count()
    {
        if (_count is { } known)
            return known;
        while (items.MoveNext())
            _ahead.Enqueue(items.Current);
        return (_count = _index + 1 + _ahead.Count).Value;
    }

    private object? Cycle(CallArguments arguments) => arguments.Positional.Count > 0
        ? arguments.Positional[_index % arguments.Positional.Count]
        : throw new TemplateException(TemplateFault.Evaluation, "cycle() needs something to go through");

    private object? Changed(CallArguments arguments)
    {
        var value = new PythonTuple(arguments.Positional);
        var changed = _changed is null || !operators.AreEqual(_changed, value);
        _changed = value;
        return changed;
    }
}

/// <summary>
/// The names that are visible to a piece of a template. Loops, macros, <c>with</c> and captured blocks have their own scope: what they set is gone after them,
/// as in Jinja2. An <c>if</c> has none.
/// </summary>
internal sealed class Scope(Scope? parent)
{
    private readonly Dictionary<string, object?> _values = [];

    public void Set(string name, object? value) => _values[name] = value;

    public object? Get(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
            if (scope._values.TryGetValue(name, out var value))
                return value;
        return Undefined.Variable(name);
    }

    private Scope? Parent { get; } = parent;
}

/// <summary>Jinja2's default undefined value: it prints as nothing and counts as false and as an empty sequence; any other use is an error.</summary>
/// <param name="what">The error message: what is undefined.</param>
internal sealed class Undefined(string what)
{
    public TemplateException Use() => new(TemplateFault.Evaluation, what);

    public static Undefined Variable(string name) => new($"'{name}' is undefined");

    public static Undefined Sliced(object? of) => new($"{PythonTypes.Name(of)} object has no slices");

    public static Undefined Member(object? of, object? name)
    {
        var type = PythonTypes.Name(of);
        if (name is string text)
            return new(of is null ? $"'None' has no attribute '{text}'" : $"'{type} object' has no attribute '{text}'");
        return new($"{type} object has no element {(name is long index ? index : PythonTypes.Name(name))}");
    }
}
