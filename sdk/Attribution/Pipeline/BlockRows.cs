using Attribution.Data;
using Attribution.Data.Store;

namespace Attribution.Pipeline;

/// <summary>The rows of a dataset, read block by block. Only one block's rows are in memory, and one index for every other row.</summary>
/// <param name="path">The file of rows, as <see cref="DatasetRows"/> writes it.</param>
internal sealed class BlockRows(string path)
{
    private readonly List<long> _indices = [];
    private IEnumerator<DatasetRow>? _rows;
    private long _next;

    /// <summary>The index of each row in its file, in row order; available after <see cref="Plan"/>.</summary>
    public IReadOnlyList<long> Indices => _indices;

    /// <summary>Reads all rows and cuts them into blocks by their content.</summary>
    public IReadOnlyList<Block> Plan()
    {
        _indices.Clear();
        return [.. BlockPlan.Cut(DatasetRows.Read(path).Select(row =>
        {
            _indices.Add(row.Index);
            return ContentHash.Parse(row.ContentHash);
        }))];
    }

    /// <summary>The rows of a block. Reading blocks in order is fast; going back reads the file from its start again.</summary>
    public IReadOnlyList<DatasetRow> Get(Block block)
    {
        if (_rows is null || block.FirstRow < _next)
        {
            _rows?.Dispose();
            _rows = DatasetRows.Read(path).GetEnumerator();
            _next = 0;
        }
        var rows = new List<DatasetRow>(block.Rows);
        while (rows.Count < block.Rows && _rows.MoveNext())
            if (_next++ >= block.FirstRow)
                rows.Add(_rows.Current);
        return rows;
    }
}
