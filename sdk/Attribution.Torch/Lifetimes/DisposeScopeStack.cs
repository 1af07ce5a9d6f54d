namespace TorchSharp;

/// <summary>The open dispose scopes of one thread, innermost last.</summary>
internal sealed class DisposeScopeStack
{
    [ThreadStatic] private static DisposeScopeStack? t_stack;

    private readonly List<DisposeScope> _scopes = [];

    internal static DisposeScope? Current => t_stack is { _scopes: [.., var innermost] } ? innermost : null;

    internal static DisposeScope Open()
    {
        var stack = t_stack ??= new DisposeScopeStack();
        var scope = new DisposeScope(stack, Current);
        stack._scopes.Add(scope);
        return scope;
    }

    internal void Remove(DisposeScope scope) => _scopes.Remove(scope);
}
