using System.Globalization;
using System.Text;
using Attribution.Data.Parquet;
using Parquet;
using Parquet.Schema;

namespace Attribution.Data;

/// <summary>
/// Rows in one form, whatever they were read from: a Parquet file with <c>idx</c>, each side's messages or tokens and keep mask, and <c>metadata</c> as JSON
/// text, which also contains the messages' fields other than role and content. These are the <c>data-*.parquet</c> files beside the vectors.
/// </summary>
internal static class DatasetRows
{
    private const int BatchRows = 2048;

    /// <summary>Writes rows; equal rows give equal bytes.</summary>
    /// <param name="path">The file; it appears when the last row is written.</param>
    /// <param name="rows">The rows, enumerated once, in order.</param>
    /// <returns>The number of rows written.</returns>
    /// <exception cref="IOException">Writing failed, for example because the disk is full.</exception>
    public static long Write(string path, IEnumerable<DatasetRow> rows)
    {
        var index = new DataField<long>("idx", false);
        var metadata = new DataField<string>("metadata");
        var sides = new[] { new Side(Columns.Treatment, row => row.Treatment), new Side(Columns.Control, row => row.Control) };
        using var output = new ParquetOutput(path, new ParquetSchema([index, .. sides.SelectMany(side => side.Fields), metadata]), CompressionMethod.Zstd);
        var written = 0L;
        foreach (var batch in rows.Chunk(BatchRows))
        {
            output.WriteGroup(group =>
            {
                group.Write<long>(index, Array.ConvertAll(batch, row => row.Index));
                foreach (var side in sides)
                    side.Write(group, batch);
                var joined = Array.ConvertAll(batch, MessageFields.Join);
                group.Write<ReadOnlyMemory<char>>(metadata, joined.OfType<string>().Select(Ordered).ToArray(),
                    Array.ConvertAll(joined, json => json is null ? 0 : 1), null);
            });
            written += batch.Length;
        }
        output.Complete();
        return written;
    }

    /// <summary>Reads rows that <see cref="Write"/> wrote, with their original indices.</summary>
    /// <param name="path">A file or a glob.</param>
    /// <param name="hasMetadata">Whether there is a column <c>metadata</c>. The original pipeline's files, which otherwise have the same columns, have
    /// none.</param>
    /// <exception cref="Diagnostics.AttributionException">As for <see cref="Dataset.Open(DatasetOptions)"/>.</exception>
    public static IEnumerable<DatasetRow> Read(string path, bool hasMetadata = true) =>
        Dataset.Open(new() { Path = path }, metadataColumn: hasMetadata ? "metadata" : null, indexColumn: "idx").Rows();

    // The package records the least and greatest text by their UTF-16 code units, while readers skip row groups by UTF-8 bytes. The two orders differ only for
    // surrogates, which JSON can escape.
    private static ReadOnlyMemory<char> Ordered(string json)
    {
        if (!json.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return json.AsMemory();
        var text = new StringBuilder(json.Length);
        Span<char> pair = stackalloc char[2];
        foreach (var rune in json.EnumerateRunes())
            _ = rune.EncodeToUtf16(pair) == 1 ? text.Append(pair[0]) : text.Append(CultureInfo.InvariantCulture, $"\\u{(int)pair[0]:x4}\\u{(int)pair[1]:x4}");
        return text.ToString().AsMemory();
    }

    private sealed class Side
    {
        private readonly Func<DatasetRow, Conversation?> _of;
        private readonly ListLevels<ReadOnlyMemory<char>> _roles, _contents;
        private readonly ListLevels<int> _tokens;
        private readonly ListLevels<bool> _keep;

        public Side(string name, Func<DatasetRow, Conversation?> of)
        {
            var (role, content) = (new DataField<string>("role"), new DataField<string>("content"));
            var (token, mark) = (new DataField<int>("element", false), new DataField<bool>("element", false));
            _of = of;
            Fields =
            [
                new ListField(Columns.Messages(name), new StructField("element", role, content)),
                new ListField(Columns.Tokens(name), token),
                new ListField(Columns.Keep(name), mark),
            ];
            (_roles, _contents, _tokens, _keep) = (new(role), new(content), new(token), new(mark));
        }

        public IReadOnlyList<Field> Fields { get; }

        public void Write(ParquetGroup group, DatasetRow[] batch)
        {
            foreach (var row in batch)
            {
                var messages = (_of(row) as MessageConversation)?.Messages;
                var tokens = _of(row) as TokenConversation;
                _roles.Add(messages?.Select(message => message.Role.AsMemory()).ToArray());
                _contents.Add(messages?.Select(message => message.Content.AsMemory()).ToArray());
                _tokens.Add(tokens?.Tokens.ToArray());
                _keep.Add(tokens?.Keep.ToArray());
            }
            _roles.Write(group);
            _contents.Write(group);
            _tokens.Write(group);
            _keep.Write(group);
        }
    }
}
