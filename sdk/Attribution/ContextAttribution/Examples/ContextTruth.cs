using Attribution.Diagnostics;

namespace Attribution.ContextAttribution.Examples;

/// <summary>Finds the pieces of a context that an answer is known to come from.</summary>
internal static class ContextTruth
{
    /// <summary>For each unit, the sources that contain a part of the text that it comes from; null for a unit whose origin is not known.</summary>
    /// <param name="row">The row, with <see cref="ContextRow.Truth"/>.</param>
    /// <param name="example">The row's example.</param>
    /// <param name="file">The row's file, for error messages.</param>
    /// <exception cref="AttributionException">ATTR1460: the context does not contain such a text.</exception>
    public static IReadOnlyList<IReadOnlySet<int>?> Of(ContextRow row, ContextExample example, string? file = null)
    {
        if (row.Truth is not { Count: > 0 } truth)
            return [.. example.Units.Select(_ => (IReadOnlySet<int>?)null)];
        var sources = truth.Select(text => Sources(text, row, example, file)).ToArray();
        return [.. example.Units.Select((_, u) => sources.Length == 1 ? sources[0] : sources.ElementAtOrDefault(u))];
    }

    /// <summary>Checks, before anything is computed, that the context has every text that the answer is known to come from.</summary>
    /// <exception cref="AttributionException">ATTR1460: it does not.</exception>
    public static void Check(ContextRow row, string? file)
    {
        foreach (var text in row.Truth ?? [])
            if (row.Documents.All(document => Next(document.Trim(), text.Trim(), 0) < 0))
                throw Missing(text, row, file);
    }

    private static HashSet<int> Sources(string text, ContextRow row, ContextExample example, string? file)
    {
        // As the documents are read: without white space around them. A text that occurs several times comes from each place.
        var sought = text.Trim();
        HashSet<int> found = [];
        var occurs = false;
        foreach (var (d, document) in row.Documents.Select(d => d.Trim()).Index())
            for (var start = Next(document, sought, 0); start >= 0; start = Next(document, sought, start + 1))
            {
                occurs = true;
                found.UnionWith(example.Sources.Index().Where(s => s.Item.Document == d && s.Item.Span.Start < start + sought.Length
                    && s.Item.Span.End > start).Select(s => s.Index));
            }
        return occurs ? found : throw Missing(text, row, file);
    }

    private static AttributionException Missing(string text, ContextRow row, string? file) => new(ErrorCodes.ContextRowMalformed,
        $"The context does not contain the text that its answer is said to come from: \"{text}\". Correct the row; the text must "
        + "occur there letter by letter.")
    { File = file, Row = row.Index };

    private static int Next(string document, string sought, int from) => sought.Length == 0 ? -1 : document.IndexOf(sought, from, StringComparison.Ordinal);
}
