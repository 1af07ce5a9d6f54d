namespace Attribution.Data.Store;

/// <summary>
/// Cuts a dataset into blocks where its content says so, so that a change of one row leaves the other rows' blocks what they were.
/// </summary>
/// <remarks>
/// A block ends after its first row, from the 64th on, whose hash falls into the lowest 1/240 of all hashes. Both sides of an inserted or deleted row find the
/// same such rows, so the cuts behind it are the same cuts. A sixth of the blocks meet no such row within 512; were those cut at the 512th, an inserted
/// row would move that cut, and the next one too, until a natural cut happened to come first. So they end after the row with the LOWEST hash among their rows
/// 256 to 512 instead:
/// content again, which an inserted row changes only if it is itself the lowest or pushes the lowest out, about once in 128 times.
/// Blocks come out at 256 rows on average. (Content-defined chunking; the second rule is the backup divisor of Eshghi and Tang's two-threshold
/// two-divisor algorithm, taken to its limit.)
/// </remarks>
internal static class BlockPlan
{
    /// <summary>The fewest rows of a block that is not a dataset's last.</summary>
    public const int SmallestBlock = 64;

    /// <summary>The most rows of a block.</summary>
    public const int LargestBlock = 512;

    private const int SmallestWithoutCut = LargestBlock / 2;
    private const ulong CutBelow = ulong.MaxValue / 240;

    /// <summary>Cuts a sequence of rows, reading no further ahead than one block.</summary>
    /// <param name="rows">The hash of each row's content: of all that the stage reads of it, and not of its place.</param>
    /// <returns>The blocks in order; together they hold every row once.</returns>
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
            // What is left over has no natural cut in it: each of its rows was looked at when the block was already long enough.
            open.AsSpan(end, count - end).CopyTo(open);
            count -= end;
            first += end;
        }
        if (count > 0)
            yield return new Block(first, count, HashOf(open.AsSpan(0, count)));
    }

    // The last of equals, so that a long run of one row is cut into few blocks.
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

/// <summary>Neighbouring rows of a dataset that are computed together.</summary>
/// <param name="FirstRow">The 0-based row that it begins with, in this dataset as it is now.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Hash">The hash over its rows' hashes in their order: what the block is, wherever it lies.</param>
internal readonly record struct Block(long FirstRow, int Rows, ContentHash Hash);

/// <summary>How far a stage has come with its blocks.</summary>
/// <param name="Finished">Blocks that are there, however they came.</param>
/// <param name="Ran">Blocks that this process computed.</param>
/// <param name="Total">All blocks.</param>
internal readonly record struct BlockProgress(int Finished, int Ran, int Total)
{
    /// <summary>Such as <c>ran 14 of 212 blocks</c>.</summary>
    public override string ToString() => $"ran {Ran} of {Total} blocks";
}

/// <summary>What a <see cref="BlockComputation"/> has done.</summary>
/// <param name="Blocks">The blocks in the order of the rows, each with its artifacts in the order of the requests. Equal blocks share theirs.</param>
/// <param name="Progress">How many blocks there are, and of how many this process computed something.</param>
internal sealed record BlockRun(IReadOnlyList<(Block Block, IReadOnlyList<Artifact> Artifacts)> Blocks, BlockProgress Progress)
{
    /// <summary>The artifacts of one request, a block's after the other.</summary>
    public IEnumerable<Artifact> Of(int request = 0) => Blocks.Select(block => block.Artifacts[request]);
}
