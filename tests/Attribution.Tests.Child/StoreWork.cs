using Attribution.Data.Store;

namespace Attribution.Tests.Child;

/// <summary>The same work in the tests and in the processes they start: blocks of invented rows, written slowly enough to be killed in between.</summary>
internal sealed class StoreWork(ArtifactStore store, string log, int milliseconds)
{
    private const int Pieces = 4;

    public StageRequest Request { get; } = StageRequest.Resolve("vectors", new { layer = 2 }, store.Hasher, ContentHash.Of("library"));

    public static Block[] Plan(int rows) => [.. BlockPlan.Cut(Enumerable.Range(0, rows).Select(i => ContentHash.Of($"row {i}")))];

    public Artifact Single() => store.GetOrCreate(Request, builder => Write(builder, ContentHash.Of("single")));

    public BlockRun Blocks(int rows) => new BlockComputation(store, Request).Run(Plan(rows), (block, builder) => Write(builder, block.Hash));

    private void Write(ArtifactBuilder builder, ContentHash content)
    {
        Directory.CreateDirectory(log);
        File.WriteAllText(Path.Combine(log, $"{content}.{Guid.NewGuid():N}"), "");
        using var file = File.Create(builder.PathOf("part/vectors.bin"));
        for (var i = 0; i < Pieces; i++)
        {
            var bytes = new byte[4096];
            new Random((int)(content.Leading >> 33) + i).NextBytes(bytes);
            file.Write(bytes);
            file.Flush();
            Thread.Sleep(milliseconds / Pieces);
        }
        File.WriteAllText(builder.PathOf("rows.txt"), content.ToString());
    }
}
