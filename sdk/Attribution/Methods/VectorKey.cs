namespace Attribution.Methods;

/// <summary>Which vector of an example: a method at a block.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Layer">The 0-based index of the block; <see cref="WholeModel"/> for a method of no single one.</param>
public readonly record struct VectorKey(string Method, int Layer)
{
    /// <summary>The layer of vectors that are of the whole model, such as those of <c>trak</c>.</summary>
    public const int WholeModel = -1;
}
