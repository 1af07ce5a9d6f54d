using Attribution.Data.Parquet;
using Attribution.Tokenization;

namespace Attribution.Data;

/// <summary>
/// Rows in one form, whatever they were read from: Parquet with <c>idx</c>, each side's messages or tokens and keep mask,
/// and <c>metadata</c> as JSON text, which also holds what messages have besides role and content. The <c>data-*.parquet</c> beside the vectors.
/// </summary>
public static class DatasetRows
{
    private const int BatchRows = 2048;

    /// <summary>Writes rows; equal rows give equal bytes.</summary>
    /// <param name="path">The file; it appears when the last row is written.</param>
    /// <param name="rows">Read once, in order.</param>
    /// <returns>How many rows were written.</returns>
    public static long Write(string path, IEnumerable<DatasetRow> rows)
    {
        var index = new NumberColumn<long>("idx");
        var metadata = new TextColumn("metadata");
        var sides = new[] { new Side(Columns.Treatment, row => row.Treatment), new Side(Columns.Control, row => row.Control) };
        using var writer = new ParquetWriter(path, [index, .. sides.SelectMany(side => side.All), metadata], BatchRows);
        var written = 0L;
        foreach (var batch in rows.Chunk(BatchRows))
        {
            index.Values = Array.ConvertAll(batch, row => row.Index);
            metadata.Values = Array.ConvertAll(batch, MessageFields.Join);
            foreach (var side in sides)
                side.Fill(batch);
            writer.Append();
            written += batch.Length;
        }
        writer.Complete();
        return written;
    }

    /// <summary>Reads rows that <see cref="Write"/> wrote, each with the index it had.</summary>
    /// <param name="path">A file or a glob.</param>
    /// <param name="hasMetadata">Whether there is a column <c>metadata</c>; the original pipeline, whose columns are these otherwise, wrote none.</param>
    /// <exception cref="Diagnostics.AttributionException">As for <see cref="Dataset.Open(DatasetOptions)"/>.</exception>
    public static IEnumerable<DatasetRow> Read(string path, bool hasMetadata = true) =>
        Dataset.Open(new() { Path = path }, metadataColumn: hasMetadata ? "metadata" : null, indexColumn: "idx").Rows();

    private sealed class Side(string name, Func<DatasetRow, Conversation?> of)
    {
        private readonly MessagesColumn _messages = new(Columns.Messages(name));
        private readonly NumberListColumn<int> _tokens = new(Columns.Tokens(name));
        private readonly NumberListColumn<bool> _keep = new(Columns.Keep(name));

        public IEnumerable<ParquetColumn> All => [_messages, _tokens, _keep];

        public void Fill(DatasetRow[] batch)
        {
            _messages.Values = Array.ConvertAll<DatasetRow, IReadOnlyList<ChatMessage>?>(batch, row => (of(row) as MessageConversation)?.Messages);
            _tokens.Values = Array.ConvertAll(batch, row => (of(row) as TokenConversation)?.Tokens.ToArray());
            _keep.Values = Array.ConvertAll(batch, row => (of(row) as TokenConversation)?.Keep.ToArray());
        }
    }
}
