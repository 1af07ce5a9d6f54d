using Attribution.Data.Store;

namespace Attribution.Pipeline.Context;

/// <summary>Blocks of one example each: what can be resumed, shared and computed elsewhere.</summary>
internal static class ExampleBlocks
{
    /// <summary>A block for each example; equal ones share theirs.</summary>
    public static IReadOnlyList<Block> Plan(IEnumerable<ContentHash> examples) => [.. examples.Select((hash, i) => new Block(i, 1, hash))];

    /// <summary>What an example is, once it has an answer.</summary>
    public static ContentHash HashOf(ExampleLine line) => ContentHash.Of($"{line.Key}:{string.Join(',', line.Tokens!)}");
}
