namespace Attribution.Data.Vectors;

/// <summary>What an array in NumPy's format is made of, as far as vectors need it. (NumPy has no bfloat16.)</summary>
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

    /// <summary>The <c>descr</c> of the header.</summary>
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
