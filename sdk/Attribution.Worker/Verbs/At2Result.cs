using System.Globalization;
using System.Text.Json;
using Attribution.ContextAttribution.Examples;
using Attribution.Pipeline;
using Attribution.Reporting.ContextAttribution;
using Attribution.Worker.Stages;

namespace Attribution.Worker.Verbs;

/// <summary>The output of <see cref="At2Verb"/>.</summary>
/// <param name="example">The sentences of the answer, and the sources.</param>
/// <param name="part">The part of the answer that the scores belong to.</param>
/// <param name="answer">The answer.</param>
/// <param name="scores">The scores, [S].</param>
internal sealed class At2Result(ContextExample example, TextPiece part, string answer, float[] scores)
{
    private const int LongestSource = 100;

    /// <summary>Writes the sentences with their positions, and the eight best sources.</summary>
    public void WriteText(TextWriter output)
    {
        var ranges = example.Units.Select(u => string.Create(CultureInfo.InvariantCulture, $"{u.Span.Start}-{u.Span.End}")).ToArray();
        var width = ranges.Max(r => r.Length);
        output.WriteLine("Answer");
        foreach (var (range, sentence) in ranges.Zip(example.Units))
            output.WriteLine($"  {range.PadLeft(width)}  {OneLine(sentence.Text, int.MaxValue)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nCharacters {part.Span.Start} to {part.Span.End} owe to\n   Score  Source"));
        foreach (var source in AttributedAnswerHtml.Best(scores))
            output.WriteLine($"{scores[source].ToString("0.0000", CultureInfo.InvariantCulture),8}  {OneLine(example.Sources[source].Text, LongestSource)}");
        if (example.Dropped > 0)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{example.Dropped} pieces of the context have no token of their own and were left out."));
    }

    /// <summary>Writes everything, with the sources in the order of the context.</summary>
    public void WriteJson(TextWriter output) => output.WriteLine(JsonSerializer.Serialize(new
    {
        answer,
        sentences = example.Units.Select(u => new { u.Span.Start, u.Span.End, u.Text }),
        part = new { part.Span.Start, part.Span.End, part.Text },
        sources = example.Sources.Select((s, i) => new { s.Document, s.Span.Start, s.Span.End, s.Text, score = scores[i] }),
        example.Dropped,
    }, Readable.Indented));

    private static string OneLine(string text, int longest)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= longest ? line : line[..(longest - 1)] + "…";
    }
}
