namespace Attribution.Data.Vectors;

/// <summary>The element types of NumPy's format, as far as vectors need them. (NumPy has no bfloat16.)</summary>
internal enum NpyType
{
    Float16,
    Float32,
    Float64,
    Int8,
    Int64,
}

internal static class NpyTypes
{
    private static readonly (NpyType Type, string Description, int Bytes)[] Known =
    [
        (NpyType.Float16, "<f2", 2),
        (NpyType.Float32, "<f4", 4),
        (NpyType.Float64, "<f8", 8),
        (NpyType.Int8, "|i1", 1),
        (NpyType.Int64, "<i8", 8),
    ];

    /// <summary>The type's <c>descr</c> in the header.</summary>
    public static string Description(this NpyType type) => Known.Single(k => k.Type == type).Description;

    public static int Bytes(this NpyType type) => Known.Single(k => k.Type == type).Bytes;

    public static NpyType? Find(string description)
    {
        foreach (var known in Known)
            if (known.Description == description)
                return known.Type;
        return null;
    }

    public static string Descriptions => string.Join(", ", Known.Select(k => k.Description));
}
