using Attribution.Data.Store;

namespace Attribution.Tests.Data.Store;

public sealed class BlockComputationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ArtifactStore _store;

    public BlockComputationTests()
    {
        _store = new ArtifactStore(_folder["store"]);
    }

    // An instance counts the blocks of one run.
    private BlockComputation Computation => new(_store, StageRequest.Resolve("vectors", new { layer = 2 }, _store.Hasher, ContentHash.Of("library")));

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_row_inserted_at_the_front_recomputes_the_first_block_alone()
    {
        var rows = Rows(5000);
        var all = Run(rows);
        all.Progress.Ran.ShouldBe(all.Progress.Total);
        var before = BlockPlan.Cut([ContentHash.Of("first"), .. rows]).ToArray();
        Computation.Missing(before).ShouldBe([before[0]]);
        var again = Run([ContentHash.Of("first"), .. rows]);
        again.Progress.ToString().ShouldBe($"ran 1 of {all.Progress.Total} blocks");
        again.Of().Last().Folder.ShouldBe(all.Of().Last().Folder);
    }

    [Fact]
    public void The_blocks_come_back_in_the_order_of_the_rows()
    {
        var run = Run(Rows(5000));
        run.Blocks.Select(b => (b.Block, File.ReadAllText(b.Artifacts[0].PathOf("block"))))
            .ShouldBe(BlockPlan.Cut(Rows(5000)).Select(b => (b, b.Hash.ToString())));
    }

    [Fact]
    public void Equal_blocks_are_computed_once()
    {
        var run = Run([.. Enumerable.Repeat(ContentHash.Of("row"), 5120)]);
        run.Progress.Finished.ShouldBe(run.Progress.Total);
        run.Progress.Ran.ShouldBe(1);
        run.Blocks.Count.ShouldBe(run.Progress.Total);
    }

    [Fact]
    public void A_computation_that_fails_or_is_cancelled_keeps_the_blocks_that_were_finished()
    {
        var plan = BlockPlan.Cut(Rows(5000)).ToArray();
        using var stop = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() => Computation.Run(plan, Produce, p =>
        {
            if (p.Finished == 3)
                stop.Cancel();
        }, stop.Token));
        Should.Throw<InvalidDataException>(() => Computation.Run(plan, (b, builder) =>
        {
            if (b == plan[5])
                throw new InvalidDataException("a bad row");
            Produce(b, builder);
        }));
        Computation.Run(plan, Produce).Progress.Ran.ShouldBe(plan.Length - 5);
    }

    [Fact]
    public async Task A_block_that_another_computes_is_waited_for_after_all_others_are_done()
    {
        var plan = BlockPlan.Cut(Rows(3000)).ToArray();
        using ManualResetEventSlim started = new(), finish = new();
        var ours = new List<int>();
        using var other = new ArtifactStore(_store.Root);
        var them = Task.Run(() => new BlockComputation(other, StageRequest.Resolve("vectors", new { layer = 2 }, other.Hasher, ContentHash.Of("library")))
            .Run(plan[..1], (b, builder) =>
            {
                started.Set();
                finish.Wait();
                Produce(b, builder);
            }));
        started.Wait();
        var run = Computation.Run(plan, Produce, p =>
        {
            ours.Add(p.Finished);
            if (p.Finished == plan.Length - 1)
                finish.Set();
        });
        run.Progress.ShouldBe(new BlockProgress(plan.Length, plan.Length - 1, plan.Length));
        run.Blocks[0].Artifacts[0].Produced.ShouldBeFalse();
        ours.ShouldBe(Enumerable.Range(1, plan.Length));
        (await them).Progress.Ran.ShouldBe(1);
    }

    [Fact]
    public void A_process_that_was_told_to_end_takes_no_further_block_and_waits_for_none()
    {
        var plan = BlockPlan.Cut(Rows(3000)).ToArray();
        var log = new Log();
        _store.Units = log;
        Should.Throw<OperationCanceledException>(() => Computation.Run(plan, Produce, p => log.MayWait = p.Finished < 2));
        Computation.Missing(plan).Count().ShouldBe(plan.Length - 2);
    }

    private BlockRun Run(ContentHash[] rows) => Computation.Run(BlockPlan.Cut(rows), Produce);

    private static void Produce(Block block, ArtifactBuilder builder) => File.WriteAllText(builder.PathOf("block"), block.Hash.ToString());

    private sealed class Log : IUnitLog
    {
        public bool MayWait { get; set; } = true;

        public bool MayTake(string unit) => MayWait;

        public void Began(string unit, int? rows)
        {
        }

        public void Left(string unit)
        {
        }

        public bool Failed(string unit, Exception error) => false;
    }

    private static ContentHash[] Rows(int count) => [.. Enumerable.Range(0, count).Select(i => ContentHash.Of($"row {i}"))];
}
