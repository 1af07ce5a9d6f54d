using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace Attribution.Benchmarks;

/// <summary>
/// A build with nothing to do, of an experiment with many runs, against that of an empty class library. Builds the experiment once, from the data and the model
/// of the quickstart, and then builds the two in turn. Prints Markdown.
/// </summary>
internal static class NoopBenchmark
{
    private static readonly string[] Traits = ["empathy", "laziness", "modesty", "preachiness", "sycophancy"];

    private static readonly string[] Methods =
        ["residual_diff", "residual_change", "residual_treatment", "residual_change_treatment", "residual_input_treatment"];

    internal static Command Create()
    {
        var sets = new Option<int>("--sets") { DefaultValueFactory = _ => 20, Description = "Evaluation sets." };
        var methods = new Option<int>("--methods") { DefaultValueFactory = _ => 5, Description = $"Attribution methods, at most {Methods.Length}." };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 10, Description = "Builds of each of the two, in turn." };
        var command = new Command("noop", "A build with nothing to do, against that of an empty class library.") { sets, methods, rounds };
        command.SetAction(parsed =>
        {
            var folder = Directory.CreateTempSubdirectory("attribution-noop-").FullName;
            try
            {
                Measure(folder, parsed.GetValue(sets), Math.Min(parsed.GetValue(methods), Methods.Length), parsed.GetValue(rounds));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    private static void Measure(string folder, int sets, int methods, int rounds)
    {
        var (grid, library) = (Path.Combine(folder, "grid"), Path.Combine(folder, "library"));
        WriteExperiment(grid, sets, methods);
        Write(library, "library.csproj",
            "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>");
        Write(library, "Directory.Build.props", "<Project />");
        Write(library, "Directory.Build.targets", "<Project />");
        var clock = Stopwatch.StartNew();
        Build(grid);
        Build(library);
        var runs = Directory.EnumerateFiles(Path.Combine(grid, "out"), "selected_train_data.jsonl", SearchOption.AllDirectories).Count();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{sets} evaluation sets, {methods} methods, {runs} selections; the first build took {clock.Elapsed.TotalSeconds:0} s; load {Load()} before"));
        // The first build after one that did something settles what that one wrote.
        Build(grid);
        Console.WriteLine();
        Console.WriteLine("| command | experiment, s | class library, s | ratio of medians | of minima | median of ratios |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var options in new[] { Array.Empty<string>(), ["--no-restore"] })
        {
            var pairs = Enumerable.Range(0, rounds).Select(_ => (Grid: Build(grid, options), Library: Build(library, options))).ToArray();
            var (ours, empty) = (pairs.Select(p => p.Grid).ToArray(), pairs.Select(p => p.Library).ToArray());
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| `{string.Join(' ', ["dotnet", "build", .. options])}` | {Median(ours):0.00} | "
                + $"{Median(empty):0.00} | {Median(ours) / Median(empty):0.00} | {ours.Min() / empty.Min():0.00} | "
                + $"{Median(pairs.Select(p => p.Grid / p.Library)):0.00} |"));
        }
        Console.WriteLine();
        Console.WriteLine($"Load {Load()} after.");
    }

    private static void WriteExperiment(string folder, int sets, int methods)
    {
        var repository = Repository();
        var quickstart = Path.Combine(repository, "experiments", "quickstart");
        Write(folder, "Directory.Build.props", $"""
            <Project>
              <PropertyGroup><AttributionStore>$(MSBuildThisFileDirectory)store</AttributionStore></PropertyGroup>
              <Import Project="{Path.Combine(repository, "experiments", "Directory.Build.props")}" />
            </Project>
            """);
        Write(folder, "Directory.Build.targets",
            $"<Project><Import Project=\"{Path.Combine(repository, "experiments", "Directory.Build.targets")}\" /></Project>");
        Write(folder, "data/pool.jsonl", string.Join('\n', File.ReadLines(Path.Combine(quickstart, "data", "pool.jsonl")).Take(60)) + "\n");
        var items = "";
        for (var set = 0; set < sets; set++)
        {
            // Each set lacks another row, so that no two are equal.
            var (trait, without) = (Traits[set % Traits.Length], set / Traits.Length);
            Write(folder, $"data/{trait}{without}.jsonl", Lines($"{trait}.jsonl", without, 12));
            Write(folder, $"data/{trait}{without}.prompts.jsonl", Lines($"{trait}.prompts.jsonl", without, 2));
            items += $"    <EvalDataset Include=\"data/{trait}{without}.jsonl\" Trait=\"{trait}\" Prompts=\"data/{trait}{without}.prompts.jsonl\" />\n";
        }
        Write(folder, "grid.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <BaseModel>{Path.Combine(quickstart, "model")}</BaseModel>
                <AttributionLayer>2</AttributionLayer>
                <TopK>4</TopK>
                <MaxTokens>128</MaxTokens>
                <BatchSize>4</BatchSize>
                <Epochs>1</Epochs>
                <MaxNewTokens>4</MaxNewTokens>
              </PropertyGroup>
              <ItemGroup>
                <TrainDataset Include="data/pool.jsonl" />
            {items}    <AttributionMethod Include="{string.Join(';', Methods.Take(methods))}" />
                <SelectionMethod Include="residual_diff" />
                <Baseline Include="random;none" />
              </ItemGroup>
            </Project>
            """);

        string Lines(string file, int without, int most) =>
            string.Join('\n', File.ReadLines(Path.Combine(quickstart, "data", file)).Where((_, line) => line != without).Take(most)) + "\n";
    }

    /// <summary>The nearest folder above this program that holds the solution.</summary>
    private static string Repository()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Attribution.sln")))
                return at.FullName;
        throw new InvalidOperationException("The benchmark runs from inside the repository.");
    }

    private static void Write(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>Builds a project.</summary>
    /// <returns>The duration in seconds.</returns>
    private static double Build(string folder, params string[] options)
    {
        var start = new ProcessStartInfo("dotnet", ["build", .. options])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        // A build server that another build left would serve one of the two.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? clock.Elapsed.TotalSeconds : throw new InvalidOperationException($"{folder}: {output}{error.Result}");
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "not known";
}
