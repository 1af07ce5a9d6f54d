namespace Attribution.Data;

/// <summary>A row group of a file of vectors.</summary>
/// <param name="File">The file.</param>
/// <param name="Number">Its place in the file.</param>
/// <param name="FirstRow">The place of its first row in the table.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Numbers">How many numbers their vectors have together.</param>
internal sealed record VectorRowGroup(string File, int Number, long FirstRow, int Rows, long Numbers);
