using Attribution.Data;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Selection.Sources;

namespace Attribution.Selection;

/// <summary>Opens a folder of vectors in any known form: those of <see cref="VectorTables"/>, and the original pipeline's.</summary>
public static class VectorFolder
{
    /// <summary>Opens the vectors of one layer.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="layer">The 0-based block.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.VectorTableInvalid"/>: there are no vectors, or vectors in two forms.
    /// <see cref="ErrorCodes.VectorTableIncomplete"/>: a file is missing, or files do not belong together. <see cref="ErrorCodes.NpyInvalid"/>: a file is
    /// damaged.</exception>
    public static IVectorSource Open(string folder, int layer)
    {
        if (!Directory.Exists(folder))
            throw new AttributionException(ErrorCodes.VectorTableInvalid,
                $"There is no folder of vectors '{folder}'. Compute them first, or correct the path.")
            { File = folder };
        var parquet = Directory.EnumerateFiles(folder, "scores-*.parquet").Any();
        var npy = File.Exists(Path.Combine(folder, VectorTables.ScoresFile(layer)));
        var original = OriginalVectors.Has(folder);
        var forms = new[] { (parquet, "scores-*.parquet"), (npy, VectorTables.ScoresFile(layer)), (original, "scores*.rank*.npy") };
        return (parquet, npy, original) switch
        {
            (true, false, false) => new VectorTable(Path.Combine(folder, "scores-*.parquet"), layer),
            (false, true, false) => OpenNpy(folder, layer),
            (false, false, true) => OriginalVectors.Open(folder, layer),
            (false, false, false) => throw new AttributionException(ErrorCodes.VectorTableInvalid,
                $"'{folder}' holds no vectors of layer {layer}: neither scores-*.parquet nor {VectorTables.ScoresFile(layer)} nor "
                    + "scores*.rank*.part*.npy. Compute them first, or correct the path.")
            { File = folder },
            _ => throw new AttributionException(ErrorCodes.VectorTableInvalid,
                $"'{folder}' holds vectors in several forms: {string.Join(" and ", forms.Where(form => form.Item1).Select(form => form.Item2))}. "
                + "Leave only those that are to be read.")
            { File = folder },
        };
    }

    /// <summary>Whether the original pipeline wrote the folder.</summary>
    internal static bool IsOriginal(string folder) => OriginalVectors.Has(folder);

    /// <summary>The rows of the dataset that the vectors of a folder belong to.</summary>
    /// <exception cref="AttributionException">As for <see cref="Dataset.Open(DatasetOptions)"/>.</exception>
    public static IEnumerable<DatasetRow> Rows(string folder) => OriginalVectors.Has(folder)
        ? DatasetRows.Read(Path.Combine(folder, "data.rank*.parquet"), hasMetadata: false)
        : DatasetRows.Read(Path.Combine(folder, "data-*.parquet"));

    private static NpyVectors OpenNpy(string folder, int layer)
    {
        var path = Path.Combine(folder, VectorTables.ScoresFile(layer));
        var header = NpyHeader.Read(path);
        if (header.Shape.Count != 2 || header.Shape[1] is 0 or > int.MaxValue / 8 || header.Shape[0] > int.MaxValue)
            throw NpyHeader.Invalid(path, $"it is {header.Describe()}, and vectors are [rows, D] with D at least 1");
        var isScaled = header.Type is NpyType.Float16 or NpyType.Int8;
        if (header.Type == NpyType.Int64)
            throw NpyHeader.Invalid(path, "it holds whole numbers of 64 bits, which vectors are not made of");
        var indices = Column<long>(folder, VectorTables.IndexFile(layer), NpyType.Int64, header.Shape[0]);
        RequireDistinct(indices, path);
        // float16 without scales is what a script that does not know of scales would write.
        var scales = header.Type == NpyType.Int8 || (isScaled && File.Exists(Path.Combine(folder, VectorTables.ScalesFile(layer))))
            ? Column<float>(folder, VectorTables.ScalesFile(layer), NpyType.Float32, header.Shape[0])
            : [];
        return new NpyVectors(path, [new NpyShard(path, header, 0, indices, scales)]);
    }

    private static T[] Column<T>(string folder, string file, NpyType type, long rows)
        where T : unmanaged
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
            throw new AttributionException(ErrorCodes.VectorTableIncomplete,
                $"'{folder}' has no {file}, without which its vectors cannot be read. Compute them again.")
            { File = path };
        var values = NpyArray.Read<T>(path, type);
        return values.Length == rows
            ? values
            : throw new AttributionException(ErrorCodes.VectorTableIncomplete,
                $"'{path}' has {values.Length} rows and the vectors beside it have {rows}. They are not of one table; compute them again.")
            { File = path };
    }

    internal static void RequireDistinct(IEnumerable<long> indices, string path)
    {
        long[] sorted = [.. indices];
        Array.Sort(sorted);
        for (var i = 1; i < sorted.Length; i++)
            if (sorted[i] == sorted[i - 1])
                throw new AttributionException(ErrorCodes.VectorTableInvalid,
                    $"'{path}' has two vectors of row {sorted[i]}. Compute them again, each row once.")
                { File = path, Row = sorted[i] };
    }
}
