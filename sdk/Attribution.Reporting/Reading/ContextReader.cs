using Attribution.Pipeline;
using Attribution.Pipeline.Context;
using Attribution.Pipeline.Snapshots;
using Attribution.Reporting.ContextAttribution;
using Attribution.Tokenization;

namespace Attribution.Reporting.Reading;

/// <summary>Reads the results of an experiment in context attribution.</summary>
internal sealed class ContextReader(StageContext context)
{
    /// <summary>The results; null if the experiment is of another kind.</summary>
    public ContextResults? Read()
    {
        if (!context.Settings.Upstream.Contains(AttributeHeldOutStage.Name))
            return null;
        var metrics = Metrics.Read(context.Input(context.Upstream(CollectMetricsStage.Name).Jobs.Single(), Metrics.File).Path);
        var methods = metrics.Runs.Values.Where(r => r.Settings.ContainsKey("method"))
            .Select(r => new ContextMethod((string)r.Settings["dataset"]!, (string)r.Settings["method"]!, r.Metrics)).ToArray();
        var examples = new Dictionary<(string Dataset, long Index), Dictionary<string, AttributedAnswer>>();
        foreach (var job in context.Upstream(AttributeHeldOutStage.Name).Jobs)
            foreach (var line in Readable.ReadLines<AttributionLine>(context.Input(job, AttributeHeldOutStage.AttributionsFile).Path).Where(l =>
                l.Sentences.Count > 0).Take(ReportLimits.Widest.Examples))
            {
                if (!examples.TryGetValue((job.Key.Dataset!, line.Index), out var answers))
                    examples.Add((job.Key.Dataset!, line.Index), answers = []);
                answers.Add(job.Key.Method!, Answer(line));
            }
        return new(methods, methods.GroupBy(m => m.Dataset).ToDictionary(g => g.Key, g => (int)(g.First().Metrics.GetValueOrDefault("examples") ?? 0)))
        {
            Examples = [.. examples.Select(e => new AttributedExample(e.Key.Dataset, e.Key.Index, e.Value))],
        };
    }

    // The text between two pieces of a document is white space, or text without a score.
    private static AttributedAnswer Answer(AttributionLine line)
    {
        var documents = new char[line.Sources.Max(s => s.Document) + 1][];
        foreach (var document in line.Sources.GroupBy(s => s.Document))
        {
            var text = new char[document.Max(s => s.End)];
            Array.Fill(text, ' ');
            foreach (var source in document)
                source.Text.CopyTo(0, text, source.Start, Math.Min(source.Text.Length, source.End - source.Start));
            documents[document.Key] = text;
        }
        return new(line.Query, [.. documents.Select(d => new string(d ?? []))], [.. line.Sources.Select(s => (s.Document, new TextSpan(s.Start, s.End)))],
            line.Answer,
            [.. line.Sentences.Select(s => new ScoredSentence(new TextSpan(s.Start, s.End), s.Scores))]);
    }
}
