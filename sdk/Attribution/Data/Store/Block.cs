namespace Attribution.Data.Store;

/// <summary>Neighbouring rows of a dataset that are computed together.</summary>
/// <param name="FirstRow">The 0-based row that it begins with, in this dataset as it is now.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Hash">The hash over its rows' hashes in their order: what the block is, wherever it lies.</param>
public readonly record struct Block(long FirstRow, int Rows, ContentHash Hash);
