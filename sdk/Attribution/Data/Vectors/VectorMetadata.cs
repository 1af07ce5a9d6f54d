using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Data.Vectors;

/// <summary>
/// Texts that are kept with the vectors of a table in every format. A name that begins with <see cref="IdentityPrefix"/> tells what the vectors
/// may be compared with: training and evaluation vectors of one selection must agree in all of those.
/// </summary>
public static class VectorMetadata
{
    /// <summary>How the names begin that make vectors comparable or not, such as <c>projection.seed</c>.</summary>
    public const string IdentityPrefix = "projection.";

    // Other writers keep texts of their own in the same place of a Parquet file.
    private const string ParquetPrefix = "attribution.";

    /// <summary>Nothing to say of the vectors.</summary>
    public static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>();

    /// <summary>Checks that two tables were projected alike, or neither was.</summary>
    /// <param name="train">Of the training vectors.</param>
    /// <param name="evaluation">Of the evaluation vectors.</param>
    /// <param name="trainName">What to call the training vectors.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.VectorsNotComparable"/>: an entry of the identity is missing on one side or differs.</exception>
    public static void RequireSameIdentity(IReadOnlyDictionary<string, string> train, IReadOnlyDictionary<string, string> evaluation, string trainName)
    {
        foreach (var name in train.Keys.Concat(evaluation.Keys).Where(n => n.StartsWith(IdentityPrefix, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal))
            if (train.GetValueOrDefault(name) is var mine && evaluation.GetValueOrDefault(name) is var theirs && mine != theirs)
                throw new AttributionException(ErrorCodes.VectorsNotComparable,
                    $"The training vectors of {trainName} and the evaluation vectors were projected differently: {name} is {Shown(mine)} and {Shown(theirs)}. "
                    + "Their scores would mean nothing. Compute both with the same method and the same projection.");

        static string Shown(string? value) => value is null ? "not set" : $"'{value}'";
    }

    internal static IReadOnlyDictionary<string, string>? ToParquet(IReadOnlyDictionary<string, string>? metadata) =>
        metadata?.ToDictionary(m => ParquetPrefix + m.Key, m => m.Value);

    internal static IReadOnlyDictionary<string, string> ReadParquet(IReadOnlyList<string> files, DuckDbConnection connection)
    {
        using var reader = connection.Query(
            $"SELECT decode(key), decode(value), count(*) FROM parquet_kv_metadata({DatasetFiles.ToSql(files)}) WHERE starts_with(decode(key), {Sql.Literal(ParquetPrefix)}) GROUP BY ALL");
        var metadata = new Dictionary<string, string>();
        while (reader.ReadChunk())
            for (var row = 0; row < reader.Rows; row++)
            {
                var name = reader.Column(0).GetString(row)![ParquetPrefix.Length..];
                if (reader.Column(2).GetInteger(row) != files.Count || !metadata.TryAdd(name, reader.Column(1).GetString(row)!))
                    throw new AttributionException(ErrorCodes.VectorTableInvalid,
                        $"The {files.Count} files of vectors contradict each other in what they say of '{name}'. Read together only files of one table.")
                    { File = files[0] };
            }
        return metadata;
    }
}
