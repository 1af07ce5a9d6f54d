using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Diagnostics;

namespace Attribution.Data.Recipes;

/// <summary>Applies Filter, Take and Seed of a dataset to the rows of a recipe.</summary>
public static class RecipeOutput
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// The selected rows. The filter's columns are those of the rows: their metadata, <c>treatment_messages</c> and <c>control_messages</c>. With a seed, as
    /// many rows as are taken are in memory; with a filter, the rows go through a temporary file.
    /// </summary>
    /// <param name="rows">The rows, enumerated once.</param>
    /// <param name="options">Filter, Take and Seed.</param>
    /// <exception cref="AttributionException">ATTR1308: no row is left. ATTR1309: the filter is wrong. ATTR1310: Take is less than 1.</exception>
    public static IEnumerable<DatasetRow> Choose(IEnumerable<DatasetRow> rows, DatasetOptions options)
    {
        if (options.Take is <= 0)
            throw new AttributionException(ErrorCodes.DatasetOptionInvalid,
                $"Take is {options.Take}; it must be at least 1, or left out for all rows.")
            { File = options.Path, Property = "Take" };
        return !string.IsNullOrWhiteSpace(options.Filter) ? Filtered(rows, options)
            : options is { Take: { } sampled, Seed: { } seed } ? Sampled(rows, sampled, seed)
            : options.Take is { } first and <= int.MaxValue ? rows.Take((int)first)
            : rows;
    }

    // The sample of RowSample in one pass: the rows whose indices have the lowest hashes under the seed, in order.
    private static IEnumerable<DatasetRow> Sampled(IEnumerable<DatasetRow> rows, long count, long seed)
    {
        var kept = new PriorityQueue<DatasetRow, (ulong, long)>(Comparer<(ulong, long)>.Create((a, b) => b.CompareTo(a)));
        foreach (var row in rows)
            if (kept.Count < count)
                kept.Enqueue(row, (RowSample.Hash(seed, row.Index), row.Index));
            else
                kept.EnqueueDequeue(row, (RowSample.Hash(seed, row.Index), row.Index));
        return kept.UnorderedItems.Select(item => item.Element).OrderBy(row => row.Index);
    }

    private static IEnumerable<DatasetRow> Filtered(IEnumerable<DatasetRow> rows, DatasetOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("attribution-recipe-");
        try
        {
            var file = Path.Combine(folder.FullName, "rows.jsonl");
            var indices = new List<long>();
            using (var writer = File.CreateText(file))
                foreach (var row in rows)
                {
                    indices.Add(row.Index);
                    writer.Write(Line(row));
                    writer.Write('\n');
                }
            if (indices.Count == 0)
                yield break;
            foreach (var row in Read(file, options))
                yield return new DatasetRow(indices[(int)row.Index], row.Treatment, row.Control, row.MetadataJson);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Errors must not name the temporary file, which the user does not know.
    private static IEnumerable<DatasetRow> Read(string file, DatasetOptions options)
    {
        using var rows = Open().Rows().GetEnumerator();
        while (Next())
            yield return rows.Current;

        Dataset Open()
        {
            try
            {
                return Dataset.Open(options with { Path = file });
            }
            catch (AttributionException e)
            {
                throw Named(e, file, options);
            }
        }

        bool Next()
        {
            try
            {
                return rows.MoveNext();
            }
            catch (AttributionException e)
            {
                throw Named(e, file, options);
            }
        }
    }

    private static AttributionException Named(AttributionException e, string file, DatasetOptions options) =>
        new(e.Code, e.Message.Replace(file, options.Path).Replace(Path.GetFileName(file), options.Path), e)
        {
            File = options.Path,
            Row = e.Row,
            Property = e.Property
        };

    private static string Line(DatasetRow row)
    {
        var line = row.MetadataJson is null ? [] : JsonNode.Parse(row.MetadataJson)!.AsObject();
        foreach (var (side, conversation) in new[] { (Columns.Treatment, row.Treatment), (Columns.Control, row.Control) })
            if (conversation is MessageConversation { Messages: var messages, Variables: var variables })
            {
                line[Columns.Messages(side)] = JsonSerializer.SerializeToNode(messages);
                foreach (var (name, value) in RowVariables.ToColumns(variables))
                    line[name] = JsonSerializer.SerializeToNode(value);
            }
            else if (conversation is TokenConversation { Tokens: var tokens, Keep: var keep })
                (line[Columns.Tokens(side)], line[Columns.Keep(side)]) = (JsonSerializer.SerializeToNode(tokens), JsonSerializer.SerializeToNode(keep));
        return line.ToJsonString(Readable);
    }
}
