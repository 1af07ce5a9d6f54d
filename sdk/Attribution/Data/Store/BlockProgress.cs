namespace Attribution.Data.Store;

/// <summary>How far a stage has come with its blocks.</summary>
/// <param name="Finished">Blocks that are there, however they came.</param>
/// <param name="Ran">Blocks that this process computed.</param>
/// <param name="Total">All blocks.</param>
public readonly record struct BlockProgress(int Finished, int Ran, int Total)
{
    /// <summary>Such as <c>ran 14 of 212 blocks</c>.</summary>
    public override string ToString() => $"ran {Ran} of {Total} blocks";
}
