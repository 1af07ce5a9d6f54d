namespace Attribution.Methods;

/// <summary>Which vector of an example: a method at a block.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Layer">The 0-based index of the block.</param>
public readonly record struct VectorKey(string Method, int Layer);
