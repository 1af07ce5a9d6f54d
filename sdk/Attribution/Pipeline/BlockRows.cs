using Attribution.Data;
using Attribution.Data.Store;

namespace Attribution.Pipeline;

/// <summary>The rows of a dataset block by block: held are one block's, and a number for each of the others.</summary>
/// <param name="path">Rows as <see cref="DatasetRows"/> writes them.</param>
internal sealed class BlockRows(string path)
{
    private readonly List<long> _indices = [];
    private IEnumerator<DatasetRow>? _rows;
    private long _next;

    /// <summary>The index that each row has in its file, in the order of the rows; known once they are planned.</summary>
    public IReadOnlyList<long> Indices => _indices;

    /// <summary>Reads all rows and cuts them into blocks by what is in them.</summary>
    public IReadOnlyList<Block> Plan()
    {
        _indices.Clear();
        return [.. BlockPlan.Cut(DatasetRows.Read(path).Select(row =>
        {
            _indices.Add(row.Index);
            return ContentHash.Parse(row.ContentHash);
        }))];
    }

    /// <summary>The rows of a block. Fast if blocks are asked for in their order; going back reads from the start again.</summary>
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
