namespace Attribution.Data.Store;

/// <summary>Cuts a dataset into blocks at positions that depend on its content, so that changing one row leaves the blocks of other rows unchanged.</summary>
/// <remarks>
/// A block ends after its first row, from the 64th on, whose hash is among the lowest 1/240 of all hashes. The rows before and after an inserted or deleted row
/// contain the same such rows, so the later cuts are the same. A sixth of the blocks have no such row within 512 rows. If those were cut at the 512th row, an
/// inserted row would move that cut, and the next one, until a natural cut happened to come first. Instead, they end after the row with the LOWEST hash among
/// their rows 256 to 512: again a choice by content, which an inserted row changes only if it is itself the lowest or pushes the lowest out, about once in 128
/// times. Blocks have 256 rows on average. (Content-defined chunking; the second rule is the backup divisor of Eshghi and Tang's two-threshold two-divisor
/// algorithm, taken to its limit.)
/// </remarks>
internal static class BlockPlan
{
    /// <summary>The least number of rows in a block, except a dataset's last one.</summary>
    public const int SmallestBlock = 64;

    /// <summary>The greatest number of rows in a block.</summary>
    public const int LargestBlock = 512;

    private const int SmallestWithoutCut = LargestBlock / 2;
    private const ulong CutBelow = ulong.MaxValue / 240;

    /// <summary>Cuts a sequence of rows, reading at most one block ahead.</summary>
    /// <param name="rows">The hash of each row's content: of everything that the stage reads of it, but not of its position.</param>
    /// <returns>The blocks in order; together they contain every row once.</returns>
    public static IEnumerable<Block> Cut(IEnumerable<ContentHash> rows)
    {
        var open = new ContentHash[LargestBlock];
        var count = 0;
        var first = 0L;
        foreach (var row in rows)
        {
            open[count++] = row;
            var end = count >= SmallestBlock && row.Leading < CutBelow ? count
                : count == LargestBlock ? EndWithoutCut(open)
                : 0;
            if (end == 0)
                continue;
            yield return new Block(first, end, HashOf(open.AsSpan(0, end)));
            // The remainder has no natural cut: each of its rows was checked when the block was already long enough.
            open.AsSpan(end, count - end).CopyTo(open);
            count -= end;
            first += end;
        }
        if (count > 0)
            yield return new Block(first, count, HashOf(open.AsSpan(0, count)));
    }

    // The last of equal hashes, so that a long run of equal rows is cut into few blocks.
    private static int EndWithoutCut(ContentHash[] rows)
    {
        var lowest = SmallestWithoutCut - 1;
        for (var i = lowest + 1; i < LargestBlock; i++)
            if (rows[i].CompareTo(rows[lowest]) <= 0)
                lowest = i;
        return lowest + 1;
    }

    private static ContentHash HashOf(ReadOnlySpan<ContentHash> rows)
    {
        var bytes = new byte[rows.Length * ContentHash.Size];
        for (var i = 0; i < rows.Length; i++)
            rows[i].WriteTo(bytes.AsSpan(i * ContentHash.Size));
        return ContentHash.Of(bytes);
    }
}

/// <summary>Consecutive rows of a dataset that are computed together.</summary>
/// <param name="FirstRow">The 0-based index of its first row in the current dataset.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Hash">The hash of its rows' hashes in order. It identifies the block, whatever its position.</param>
internal readonly record struct Block(long FirstRow, int Rows, ContentHash Hash);

/// <summary>The progress of a stage with its blocks.</summary>
/// <param name="Finished">The number of finished blocks, whoever computed them.</param>
/// <param name="Ran">The number of blocks that this process computed.</param>
/// <param name="Total">The number of all blocks.</param>
internal readonly record struct BlockProgress(int Finished, int Ran, int Total)
{
    /// <summary>For example <c>ran 14 of 212 blocks</c>.</summary>
    public override string ToString() => $"ran {Ran} of {Total} blocks";
}

/// <summary>The result of a <see cref="BlockComputation"/>.</summary>
/// <param name="Blocks">The blocks in row order, each with its artifacts in request order. Equal blocks share their artifacts.</param>
/// <param name="Progress">The number of blocks, and of those that this process computed at least in part.</param>
internal sealed record BlockRun(IReadOnlyList<(Block Block, IReadOnlyList<Artifact> Artifacts)> Blocks, BlockProgress Progress)
{
    /// <summary>The artifacts of one request, in block order.</summary>
    public IEnumerable<Artifact> Of(int request = 0) => Blocks.Select(block => block.Artifacts[request]);
}
