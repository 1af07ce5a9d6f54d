using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attribution.Data.DuckDb;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using DuckDB.NET.Data;

namespace Attribution.Selection.Sources;

/// <summary>
/// Vectors of the original pipeline: <c>scores*.rankR.partP.npy</c>, float16 or float32, <c>[rows, D]</c> or <c>[rows, layers, D]</c>. Each rank had every R-th
/// row and saved it in parts as it went. The rows' indices are therefore in the <c>idx</c> column of <c>data.rankR.partP.parquet</c>, row for row, or of
/// <c>data.rankR.parquet</c>, with all of a rank's parts one after the other. Parts are ordered by number: part10 comes after part9.
/// </summary>
internal static partial class OriginalVectors
{
    public static bool Has(string folder) => Files(folder).Any();

    /// <exception cref="AttributionException">A rank, part or file is missing, or the numbers of rows differ.</exception>
    public static IVectorSource Open(string folder, int layer)
    {
        var files = Files(folder).OrderBy(f => f.Rank).ThenBy(f => f.Part).ToArray();
        if (files.Select(f => f.Table).Distinct().Order(StringComparer.Ordinal).ToArray() is { Length: > 1 } tables)
            throw Incomplete(folder, $"'{folder}' holds several tables of vectors: {string.Join(" and ", tables.Select(t => $"{t}.rank*"))}. Leave only "
                + "the one that is to be read");
        var about = Metadata.Read(folder);
        if (about.Layer is { } written && written != layer)
            throw new AttributionException(ErrorCodes.VectorTableInvalid,
                $"The vectors in '{folder}' are of layer {written} (its metadata.json says so), and layer {layer} was asked for.")
            { File = folder };
        var ranks = files.GroupBy(f => f.Rank).ToArray();
        RequireAll(folder, "rank", ranks.Select(r => r.Key), about.Ranks);
        var shards = new List<NpyShard>();
        using var connection = DuckDbDatabase.OpenReader();
        foreach (var rank in ranks)
        {
            RequireAll(folder, $"rank {rank.Key} part", rank.Select(f => f.Part), null);
            shards.AddRange(Shards(folder, rank.Key, [.. rank], layer, connection));
        }
        if (shards.Find(s => s.Dimension != shards[0].Dimension) is { } odd)
            throw NpyHeader.Invalid(odd.Path, $"its vectors have {odd.Dimension} components, and those of "
                + $"{Path.GetFileName(shards[0].Path)} {shards[0].Dimension}");
        VectorFolder.RequireDistinct(shards.SelectMany(s => s.Indices), folder);
        return new NpyVectors(folder, shards);
    }

    private static IEnumerable<ShardFile> Files(string folder) =>
        from path in Directory.EnumerateFiles(folder, "scores*.rank*.npy")
        let match = FileName().Match(Path.GetFileName(path))
        where match.Success
        select new ShardFile(path, match.Groups["table"].Value, Number(match.Groups["rank"]), match.Groups["part"].Success ? Number(match.Groups["part"]) : 0);

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private static IEnumerable<NpyShard> Shards(string folder, int rank, ShardFile[] parts, int layer, DuckDBConnection connection)
    {
        var headers = parts.Select(p => Header(p.Path, layer)).ToArray();
        var perPart = Directory.EnumerateFiles(folder, $"data.rank{rank}.part*.parquet").ToArray();
        if (perPart.Length == 0)
        {
            var whole = Path.Combine(folder, $"data.rank{rank}.parquet");
            var indices = Indices(whole, connection);
            RequireRows(whole, indices.Length, headers.Sum(h => h.Shape[0]), $"the parts of rank {rank}");
            var first = 0;
            foreach (var (part, header) in parts.Zip(headers))
            {
                var rows = (int)header.Shape[0];
                yield return Shard(part.Path, header, layer, indices[first..(first += rows)]);
            }
            yield break;
        }
        if (perPart.Length > parts.Length)
            throw Incomplete(folder, $"Rank {rank} in '{folder}' has {perPart.Length} parts of rows and {parts.Length} of vectors. Copy the missing "
                + $"scores*.rank{rank}.part*.npy there");
        foreach (var (part, header) in parts.Zip(headers))
        {
            var data = Path.Combine(folder, $"data.rank{rank}.part{part.Part}.parquet");
            var indices = Indices(data, connection);
            RequireRows(data, indices.Length, header.Shape[0], Path.GetFileName(part.Path));
            yield return Shard(part.Path, header, layer, indices);
        }
    }

    private static NpyShard Shard(string path, NpyHeader header, int layer, long[] indices) =>
        new(path, header, header.Shape.Count == 3 ? layer : 0, indices, []);

    private static NpyHeader Header(string path, int layer)
    {
        var header = NpyHeader.Read(path);
        if (header.Shape.Count is not (2 or 3) || header.Type is NpyType.Int8 or NpyType.Int64 || header.Shape[^1] == 0
            || header.Shape[0] > int.MaxValue || header.Shape.Skip(1).Aggregate(1L, (a, b) => a * b) > int.MaxValue / 8)
            throw NpyHeader.Invalid(path, $"it is {header.Describe()}, and vectors are floats, [rows, D] or [rows, layers, D]");
        if (header.Shape.Count == 3 && layer >= header.Shape[1])
            throw NpyHeader.Invalid(path, $"it has the layers 0 to {header.Shape[1] - 1}, and layer {layer} was asked for");
        return header;
    }

    private static long[] Indices(string path, DuckDBConnection connection)
    {
        if (!File.Exists(path))
            throw Incomplete(path, $"There is no '{path}', which says of which rows the vectors beside it are. Copy it there");
        var indices = new List<long>();
        try
        {
            using var reader = connection.Stream($"SELECT CAST(idx AS BIGINT) FROM read_parquet({Sql.Literals([path])})");
            while (reader.ReadChunk())
                indices.AddRange(reader.Column(0).Values<long>());
        }
        catch (DbException error)
        {
            throw new AttributionException(ErrorCodes.VectorTableInvalid, $"'{path}' is no Parquet file with a column idx of whole numbers: {error.Message}",
                error)
            { File = path };
        }
        return [.. indices];
    }

    private static void RequireRows(string data, long rows, long vectors, string what)
    {
        if (rows != vectors)
            throw Incomplete(data, $"'{data}' has {rows} rows and {what} {vectors} vectors. They are not of one run, or one of them "
                + "was cut off; copy both again");
    }

    private static void RequireAll(string folder, string what, IEnumerable<int> numbers, int? count)
    {
        int[] present = [.. numbers];
        if (present.Zip(present.Skip(1)).Any(pair => pair.First == pair.Second))
            throw Incomplete(folder, $"'{folder}' has {what} {present.Zip(present.Skip(1)).First(pair => pair.First == pair.Second).First} twice");
        var wanted = Math.Max(count ?? 0, present[^1] + 1);
        if (present.Length > wanted || Enumerable.Range(0, wanted).Except(present).ToArray() is not { Length: > 0 } missing)
            return;
        throw Incomplete(folder, $"'{folder}' lacks {what} {string.Join(", ", missing)}. Copy all files of the run there");
    }

    private static AttributionException Incomplete(string path, string why) => new(ErrorCodes.VectorTableIncomplete, why + ".") { File = path };

    [GeneratedRegex(@"^(?<table>scores.*)\.rank(?<rank>\d{1,9})(\.part(?<part>\d{1,9}))?\.npy$")]
    private static partial Regex FileName();

    private readonly record struct ShardFile(string Path, string Table, int Rank, int Part);

    /// <summary>The metadata.json of the run, if it exists: it was the last file to be written.</summary>
    private sealed record Metadata(int? Layer, int? Ranks)
    {
        public static Metadata Read(string folder)
        {
            var path = System.IO.Path.Combine(folder, "metadata.json");
            if (!File.Exists(path))
                return new(null, null);
            try
            {
                using var json = JsonDocument.Parse(File.ReadAllBytes(path));
                return new(Number(json.RootElement, "layer_index"), Number(json.RootElement, "world_size"));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                throw new AttributionException(ErrorCodes.VectorTableInvalid, $"'{path}' is not the metadata of a run: {e.Message}", e) { File = path };
            }
        }

        private static int? Number(JsonElement root, string name) =>
            root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;
    }
}
