namespace Attribution.Tokenization.ChatTemplates;

/// <summary>
/// The names that a piece of a template sees. Loops, macros, <c>with</c>, and captured blocks have their own scope: what they
/// set is gone behind them, as in Jinja2. An <c>if</c> has none.
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
