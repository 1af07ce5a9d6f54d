namespace TorchSharp;

public static partial class torch
{
    /// <summary>Opens a scope on this thread: tensors made from now on are disposed when it ends.</summary>
    public static DisposeScope NewDisposeScope() => DisposeScopeStack.Open();

    /// <summary>The innermost scope of this thread, or null.</summary>
    public static DisposeScope? CurrentDisposeScope => DisposeScopeStack.Current;

    /// <summary>Runs <paramref name="expr"/> in a scope of its own and keeps its result.</summary>
    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using var scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }
}
