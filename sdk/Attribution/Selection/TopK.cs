using System.Buffers.Binary;
using System.Security.Cryptography;
using Attribution.Contracts.DataSelection;
using Attribution.Diagnostics;

namespace Attribution.Selection;

/// <summary>Selects k training rows.</summary>
public static class TopK
{
    /// <summary>Selects the k rows with the highest scores, highest first; the lower index wins a tie. NaN is never selected.</summary>
    /// <exception cref="AttributionException">k is not positive, or there are fewer than k rows with a score.</exception>
    public static IReadOnlyList<ScoredRow> Select(IReadOnlyList<ScoredRow> scores, int k)
    {
        var finite = scores.Where(s => float.IsFinite(s.Score)).ToArray();
        Check(k, finite.Length, scores.Count - finite.Length);
        return [.. finite.OrderByDescending(s => s.Score).ThenBy(s => s.Index).Take(k)];
    }

    /// <summary>Selects the k rows with the lowest scores, lowest first; the lower index wins a tie. NaN is never selected.</summary>
    /// <exception cref="AttributionException">k is not positive, or there are fewer than k rows with a score.</exception>
    public static IReadOnlyList<ScoredRow> SelectLowest(IReadOnlyList<ScoredRow> scores, int k)
    {
        var finite = scores.Where(s => float.IsFinite(s.Score)).ToArray();
        Check(k, finite.Length, scores.Count - finite.Length);
        return [.. finite.OrderBy(s => s.Score).ThenBy(s => s.Index).Take(k)];
    }

    /// <summary>
    /// Draws k random rows: those with the smallest SHA-256 of seed and index. A seed gives the same rows on every machine. The score of a row is its place in
    /// the draw, as a share from 1 down.
    /// </summary>
    /// <exception cref="AttributionException">k is not positive, or there are fewer than k rows.</exception>
    public static IReadOnlyList<ScoredRow> Random(IReadOnlyList<long> indices, int k, long seed)
    {
        Check(k, indices.Count, 0);
        return [.. indices.OrderBy(i => Draw(seed, i)).ThenBy(i => i).Take(k).Select((index, place) => new ScoredRow(index, 1f - (float)place / k))];
    }

    private static UInt128 Draw(long seed, long index)
    {
        Span<byte> key = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(key, seed);
        BinaryPrimitives.WriteInt64LittleEndian(key[8..], index);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(key, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>Checks that k rows can be selected.</summary>
    /// <exception cref="AttributionException">k is not positive, or larger than <paramref name="available"/>.</exception>
    internal static void Check(int k, long available, int withoutScore = 0)
    {
        if (TopKRule.ProblemOf(k, available, withoutScore) is { } problem)
            throw new AttributionException(ErrorCodes.TopKInvalid, problem) { Property = "TopK" };
    }
}

/// <summary>A training row and its score.</summary>
/// <param name="Index">The 0-based index of the row in its dataset.</param>
/// <param name="Score">The score; NaN for a row that has none and is never selected.</param>
public readonly record struct ScoredRow(long Index, float Score);
