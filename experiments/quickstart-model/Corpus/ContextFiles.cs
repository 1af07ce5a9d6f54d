namespace QuickstartModel.Corpus;

/// <summary>Writes the examples that context attribution is measured on.</summary>
internal static class ContextFiles
{
    public const int Examples = 200;

    /// <summary><c>facts.jsonl</c> into <paramref name="folder"/>: <c>context</c>, <c>query</c>, <c>answer</c> and <c>truth</c>.</summary>
    public static void Write(ContextCorpus corpus, string folder) =>
        JsonLines.Write(Path.Combine(folder, "facts.jsonl"), [.. Enumerable.Range(0, Examples).Select(corpus.Example)], (json, example) =>
        {
            json.WriteString("context", example.Context);
            json.WriteString("query", example.Query);
            json.WriteString("answer", example.Answer);
            json.WriteStartArray("truth");
            foreach (var sentence in example.Truth)
                json.WriteStringValue(sentence);
            json.WriteEndArray();
        });
}
