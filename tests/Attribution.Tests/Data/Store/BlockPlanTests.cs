using Attribution.Data.Store;
using FsCheck;
using FsCheck.Fluent;

namespace Attribution.Tests.Data.Store;

public class BlockPlanTests
{
    [Fact]
    public void The_blocks_hold_every_row_once_and_keep_to_their_sizes()
        => Prop.ForAll(Gen.Choose(0, 5000).ToArbitrary(), rows =>
        {
            var blocks = BlockPlan.Cut(Rows(rows, rows)).ToArray();
            blocks.Sum(b => b.Rows).ShouldBe(rows);
            blocks.Select(b => b.FirstRow).ShouldBe(blocks.Select((_, i) => blocks.Take(i).Sum(b => (long)b.Rows)));
            blocks.SkipLast(1).ShouldAllBe(b => b.Rows >= BlockPlan.SmallestBlock && b.Rows <= BlockPlan.LargestBlock);
            return blocks.Length == 0 || blocks[^1].Rows is > 0 and <= BlockPlan.LargestBlock;
        }).QuickCheckThrowOnFailure();

    // A block's size varies by about 130 rows, so the average of 780 by about 5.
    [Fact]
    public void A_block_has_about_256_rows()
        => (200_000.0 / BlockPlan.Cut(Rows(seed: 1, 200_000)).Count()).ShouldBeInRange(240, 272);

    [Fact]
    public void Editing_inserting_or_deleting_a_row_recomputes_one_block_rarely_two()
    {
        var changed = new List<int>();
        Prop.ForAll(Edits(maximum: 1), edit =>
        {
            changed.Add(edit.Changed());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(11, 7));
        // A second block changes when the row is itself a cut (1 in 256), or takes or loses a forced one; more need that to happen in a row.
        changed.Average().ShouldBeInRange(0.98, 1.05);
        changed.Count(c => c > 2).ShouldBeLessThanOrEqualTo(2);
        changed.Max().ShouldBeLessThan(8);
    }

    [Fact]
    public void Rows_inserted_or_deleted_in_one_place_recompute_the_blocks_they_lie_in_and_a_few_beside()
        => Prop.ForAll(Edits(maximum: 300), edit =>
        {
            // 300 new rows are at most five blocks; behind them the cuts are found again at the next rows that end a block in both.
            return edit.Changed() <= 5 + 8;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(11, 7));

    [Fact]
    public void A_row_inserted_into_a_long_run_of_one_row_recomputes_a_few_blocks()
    {
        var same = Rows(seed: 5, 1)[0];
        ContentHash[] before = [.. Rows(1, 2000), .. Enumerable.Repeat(same, 20_000), .. Rows(2, 2000)];
        foreach (var row in new[] { same, ContentHash.Of("another") })
            Changed(before, [.. before[..9000], row, .. before[9000..]]).ShouldBeLessThanOrEqualTo(8);
        BlockPlan.Cut(before).Count().ShouldBeLessThan(24_000 / 128);
    }

    [Fact]
    public void A_block_that_moved_is_the_same_block()
    {
        var rows = Rows(3, 10_000);
        var before = BlockPlan.Cut(rows).ToArray();
        var after = BlockPlan.Cut(rows.Prepend(ContentHash.Of("first"))).ToArray();
        after[^1].Hash.ShouldBe(before[^1].Hash);
        after[^1].FirstRow.ShouldBe(before[^1].FirstRow + 1);
    }

    [Fact]
    public void Appending_a_row_recomputes_one_block()
    {
        var rows = Rows(4, 10_000);
        Changed(rows, [.. rows, ContentHash.Of("last")]).ShouldBe(1);
    }

    [Fact]
    public void Rows_are_read_no_further_ahead_than_one_block()
    {
        var read = 0;
        var rows = Rows(6, 5000).Select(r => { read++; return r; });
        foreach (var block in BlockPlan.Cut(rows))
            (read - (block.FirstRow + block.Rows)).ShouldBeLessThan(BlockPlan.LargestBlock);
    }

    private static ContentHash[] Rows(int seed, int count)
    {
        var random = new Random(seed);
        var bytes = new byte[ContentHash.Size];
        return [.. Enumerable.Range(0, count).Select(_ => { random.NextBytes(bytes); return new ContentHash(bytes); })];
    }

    // The blocks that the store does not have from before.
    private static int Changed(ContentHash[] before, ContentHash[] after) => Changed(Known(before), after);

    private static int Changed(HashSet<ContentHash> known, ContentHash[] after) => BlockPlan.Cut(after).Count(b => !known.Contains(b.Hash));

    private static HashSet<ContentHash> Known(ContentHash[] rows) => [.. BlockPlan.Cut(rows).Select(b => b.Hash)];

    private static Arbitrary<Edit> Edits(int maximum)
        => (from dataset in Gen.Choose(0, Edit.Datasets - 1)
            from at in Gen.Choose(0, 7_500)
            from delete in Gen.Choose(0, maximum)
            from insert in Gen.Choose(0, maximum)
            where delete + insert > 0
            select new Edit(dataset, at, delete, insert)).ToArbitrary();

    private sealed record Edit(int Dataset, int At, int Delete, int Insert)
    {
        public const int Datasets = 16;

        private static readonly (ContentHash[] Rows, HashSet<ContentHash> Blocks)[] Before
            = [.. Enumerable.Range(0, Datasets).Select(seed => Rows(seed, 8_000)).Select(rows => (rows, Known(rows)))];

        public int Changed()
        {
            var (rows, blocks) = Before[Dataset];
            return BlockPlanTests.Changed(blocks, [.. rows[..At], .. Rows(Datasets + At, Insert), .. rows[(At + Delete)..]]);
        }
    }
}
