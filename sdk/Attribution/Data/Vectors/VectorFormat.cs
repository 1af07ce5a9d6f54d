using Attribution.Contracts;
using Attribution.Diagnostics;

namespace Attribution.Data.Vectors;

/// <summary>The file formats of a vector table; <see cref="VectorTables"/> lists the files.</summary>
internal enum VectorFormat
{
    /// <summary><c>parquet</c>: float32 in a Parquet file, which any tool can read. The default.</summary>
    Parquet,

    /// <summary><c>npy</c>: float32 without loss in NumPy's format: four bytes per component, and the fastest lossless format to score.</summary>
    Npy,

    /// <summary>
    /// <c>npy-float16</c>: two bytes per component, relative error at most 2^-11. Each row is scaled by a power of two, so that small vectors lose no more than
    /// large ones.
    /// </summary>
    NpyFloat16,

    /// <summary><c>int8</c>: one byte per component, error at most 1/254 of the row's largest component. The order of close scores may change.</summary>
    /// <summary>A signed byte, to be multiplied by the row's scale.</summary>
    Int8,
}

/// <summary>The names of <see cref="VectorFormat"/> in experiments.</summary>
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

    /// <summary>The format's name in experiments.</summary>
    public static string ToName(this VectorFormat format) => Known.Single(k => k.Format == format).Name;

    /// <summary>The format with this name.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.VectorFormatUnknown"/>: there is no such format; the message lists the known
    /// ones.</exception>
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

/// <summary>The component types of a <see cref="VectorBlock"/>.</summary>
public enum VectorElement
{
    /// <summary>IEEE 754 single precision.</summary>
    Float32,

    /// <summary>IEEE 754 half precision.</summary>
    Float16,

    /// <summary>A signed byte, to be multiplied by the row's scale.</summary>
    Int8,
}
