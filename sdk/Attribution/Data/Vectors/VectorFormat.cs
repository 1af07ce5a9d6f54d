using Attribution.Contracts;
using Attribution.Diagnostics;

namespace Attribution.Data.Vectors;

/// <summary>How the vectors of a table are kept on disk; <see cref="VectorTables"/> says in which files.</summary>
internal enum VectorFormat
{
    /// <summary><c>parquet</c>: float32 in a Parquet file, which any tool reads. The default.</summary>
    Parquet,

    /// <summary><c>npy</c>: float32, bit for bit, in NumPy's format: four bytes a component and the fastest to score without loss.</summary>
    Npy,

    /// <summary>
    /// <c>npy-float16</c>: two bytes a component, relative error at most 2^-11. Each row is scaled by a power of two, so that small vectors lose no more than
    /// large ones.
    /// </summary>
    NpyFloat16,

    /// <summary><c>int8</c>: one byte a component, error at most 1/254 of the row's largest component. The order of close scores changes.</summary>
    /// <summary>A signed byte, to be multiplied by the row's scale.</summary>
    Int8,
}

/// <summary>The names of <see cref="VectorFormat"/> as experiments write them.</summary>
internal static class VectorFormats
{
    private static readonly (VectorFormat Format, string Name)[] Known =
    [
        (VectorFormat.Parquet, VectorFormatNames.Parquet),
        (VectorFormat.Npy, VectorFormatNames.Npy),
        (VectorFormat.NpyFloat16, VectorFormatNames.NpyFloat16),
        (VectorFormat.Int8, VectorFormatNames.Int8),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Select(k => k.Name)];

    /// <summary>The name as experiments write it.</summary>
    public static string ToName(this VectorFormat format) => Known.Single(k => k.Format == format).Name;

    /// <summary>The format of a name.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.VectorFormatUnknown"/>: there is none; the message lists the known ones.</exception>
    public static VectorFormat Parse(string name)
    {
        foreach (var known in Known)
            if (known.Name == name)
                return known.Format;
        throw new AttributionException(ErrorCodes.VectorFormatUnknown,
            $"There is no format of vectors '{name}'. Use one of: {string.Join(", ", Names)}.")
        { Property = "VectorFormat" };
    }
}

/// <summary>What the components of a <see cref="VectorBlock"/> are.</summary>
public enum VectorElement
{
    /// <summary>IEEE 754 single precision.</summary>
    Float32,

    /// <summary>IEEE 754 half precision.</summary>
    Float16,

    /// <summary>A signed byte, to be multiplied by the row's scale.</summary>
    Int8,
}
