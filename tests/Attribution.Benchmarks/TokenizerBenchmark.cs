using System.CommandLine;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Attribution.Tests.Tokenization;
using Attribution.Tokenization;
using Spectre.Console;

namespace Attribution.Benchmarks;

/// <summary>Tokenizing ordinary English with Llama 3.1's vocabulary on one core, against the JavaScript port in the same run.</summary>
internal static class TokenizerBenchmark
{
    private const double WantedRate = 5, WantedRatio = 10;
    private const int Rounds = 5;

    internal static Command Create()
    {
        var texts = new Argument<string[]>("texts") { Description = "JSON Lines files; every string in them is a text." };
        texts.Arity = ArgumentArity.OneOrMore;
        var model = new Option<string>("--model") { Description = "One of the published vocabularies of the tests.", DefaultValueFactory = _ => "llama3_1" };
        var command = new Command("tokenizer", "English to token ids on one core, against the JavaScript port of the reference library.") { texts, model };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(model), [.. parsed.GetRequiredValue(texts).SelectMany(Texts)]));
        return command;
    }

    private static int Run(string model, string[] texts)
    {
        var folder = Oracle.ModelFolder(model);
        var megabytes = texts.Sum(Encoding.UTF8.GetByteCount) / 1e6;
        var input = $$"""{"folder": {{JsonSerializer.Serialize(folder)}}, "texts": {{Oracle.Json(texts)}}}""";

        var start = Stopwatch.GetTimestamp();
        var tokenizer = Tokenizer.Load(folder);
        var load = Stopwatch.GetElapsedTime(start).TotalSeconds;
        // The median of rounds in the middle of which the port has its own, so that both meet the same machine.
        var own = Enumerable.Range(0, Rounds).Select(_ => Seconds(texts, text => tokenizer.EncodeToIds(text))).ToList();
        var port = JsonSerializer.Deserialize<double[]>(Oracle.Run("speed.mjs", input))!;
        own.AddRange(Enumerable.Range(0, Rounds).Select(_ => Seconds(texts, text => tokenizer.EncodeToIds(text))));
        var withOffsets = Median(Enumerable.Range(0, Rounds).Select(_ => Seconds(texts, text => tokenizer.Encode(text).Ids)));
        var fresh = Tokenizer.Load(folder);
        var first = Seconds(texts, text => fresh.EncodeToIds(text));

        var rate = megabytes / Median(own);
        var ratio = rate / (megabytes / Median(port));
        AnsiConsole.Write(new Table().AddColumns($"{model}, {megabytes:F1} MB in {texts.Length} texts", "MB/s")
            .AddRow("ids", $"{rate:F1}")
            .AddRow("ids, words never seen before", $"{megabytes / first:F1}")
            .AddRow("ids and offsets", $"{megabytes / withOffsets:F1}")
            .AddRow("one word of 1 MB", $"{1 / Seconds([new string('a', 1_000_000)], text => tokenizer.EncodeToIds(text)):F1}")
            .AddRow("JavaScript port", $"{megabytes / Median(port):F2}"));
        AnsiConsole.WriteLine($"loaded in {load:F2} s; {rate:F1} MB/s (wanted {WantedRate}), {ratio:F1} times the port (wanted {WantedRatio})");
        return rate >= WantedRate && ratio >= WantedRatio ? 0 : 1;
    }

    private static double Seconds(string[] texts, Func<string, int[]> encode)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var text in texts)
            encode(text);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(IEnumerable<double> seconds)
    {
        var sorted = seconds.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static IEnumerable<string> Texts(string file) => File.ReadLines(file).SelectMany(line => Strings(JsonSerializer.Deserialize<JsonElement>(line)));

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Strings(property.Value)),
        _ => [],
    };
}
