using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Attribution.Contracts.DataSelection;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Pipeline;
using Attribution.Worker.Stages;
using Spectre.Console;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution verify-sample</c>: recomputes a sample of an experiment's vectors here and compares them with the store's.</summary>
internal static class VerifySampleVerb
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var experiment = new Argument<string>("experiment") { Description = "The folder of an experiment that has been built.", HelpName = "EXPERIMENT" };
        var share = new Option<double?>("--share") { Description = "The share of each dataset's blocks to recompute, at least one block. Default: 0.01." };
        var seed = new Option<long>("--seed") { Description = "Decides which blocks are drawn.", DefaultValueFactory = _ => 0 };
        var tolerance = new Option<double?>("--tolerance")
        {
            Description = "The largest relative difference that is accepted: the length of a row's difference divided by its vector's length. Default: 0.001.",
        };
        var variant = new Option<string?>("--variant") { Description = "The variant of the experiment.", HelpName = "NAME" };
        var device = new Option<string?>("--device") { Description = "cpu, cuda or cuda:N. Default: a GPU if there is one.", HelpName = "DEVICE" };
        var json = new Option<bool>("--json") { Description = "Print JSON instead of a table." };
        var verb = new Command("verify-sample", "Recomputes a sample of an experiment's vectors on this machine and reports how far they are from those in the "
            + "store. Changes nothing there.") { experiment, share, seed, tolerance, variant, device, json };
        verb.Validators.Add(parsed =>
        {
            if (parsed.GetValue(share) is not (null or (> 0 and <= 1)))
                parsed.AddError("--share must be more than 0 and at most 1.");
            if (parsed.GetValue(tolerance) is not (null or >= 0))
                parsed.AddError("--tolerance must be 0 or more.");
        });
        verb.SetAction(async (parsed, cancellation) => await Task.Run(() =>
        {
            var (folder, part) = (Path.GetFullPath(parsed.GetRequiredValue(experiment)), parsed.GetValue(share) ?? 0.01);
            var tables = Sample(RequestOf(folder, parsed.GetValue(variant)), folder, parsed.GetValue(device), part, parsed.GetValue(seed),
                parsed.InvocationConfiguration.Error, cancellation);
            var (all, most) = (tables.Aggregate(default(VectorDifference), (sum, table) => sum.Or(table.Difference)), parsed.GetValue(tolerance) ?? 1e-3);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(JsonSerializer.Serialize(new
                {
                    share = part,
                    seed = parsed.GetValue(seed),
                    tolerance = most,
                    absolute = all.Absolute,
                    relative = all.Relative,
                    within = all.Relative <= most,
                    tables = tables.Select(t => new
                    {
                        t.Dataset,
                        t.Method,
                        t.Layer,
                        t.Blocks,
                        t.Rows,
                        t.Difference.Absolute,
                        t.Difference.Relative,
                        t.Devices,
                        t.Worst
                    }),
                }, Json));
            else
                Write(tables, all, StoreTables.ConsoleOn(output));
            return all.Relative <= most ? 0 : throw new AttributionException(ErrorCodes.SampleDiffers, string.Create(CultureInfo.InvariantCulture,
                $"The largest relative difference is {all.Relative:0.0e+0}, more than {most:0.0e+0}: in "
                + $"vector-blocks/{tables.MaxBy(t => t.Difference.Relative)!.Worst}. If another kind of device computed it, raise --tolerance; "
                + $"otherwise `attribution store verify` shows whether it is damaged."));
        }, CancellationToken.None));
        return verb;
    }

    private static List<SampledTable> Sample(string request, string folder, string? device, double share, long seed, TextWriter error,
        CancellationToken cancellation)
    {
        // Paths of a request are relative to the project.
        Directory.SetCurrentDirectory(folder);
        var settings = (ComputeAttributionSettings)RequestFile.Read(ComputeAttributionStage.Name, request);
        if (device is not null)
            settings.Execution = (settings.Execution ?? new()) with { Device = device, Devices = null };
        using var context = new StageContext(settings, new Warnings(error)) { ReadOnly = true, Cancellation = cancellation };
        using var stage = new ComputeAttributionStage(context);
        var tables = stage.Sample(share, seed, cancellation).GroupBy(block => (block.Dataset, block.Method, block.Layer)).Select(blocks => new SampledTable(
            blocks.Key.Dataset, blocks.Key.Method, blocks.Key.Layer == VectorKey.WholeModel ? null : blocks.Key.Layer, blocks.Count(), blocks.Sum(b => b.Rows),
            blocks.Aggregate(default(VectorDifference), (sum, block) => sum.Or(block.Difference)),
            [.. blocks.Select(b => b.Device).Distinct().Order(StringComparer.Ordinal)], blocks.MaxBy(b => b.Difference.Relative)!.Fingerprint.Short)).ToList();
        return tables.Count > 0 ? tables : throw new AttributionException(ErrorCodes.ArtifactUnknown,
            $"The store '{settings.Store}' holds no vectors of this experiment in its present form. Build it first.")
        { File = request };
    }

    private static void Write(List<SampledTable> tables, VectorDifference all, IAnsiConsole console)
    {
        var shown = new Table().Border(TableBorder.Simple).AddColumns("dataset", "method", "layer", "blocks", "rows", "largest difference", "relative",
            "computed on");
        foreach (var t in tables)
            shown.AddRow(Array.ConvertAll([t.Dataset, t.Method, $"{t.Layer}", $"{t.Blocks}", $"{t.Rows}", Number(t.Difference.Absolute),
                Number(t.Difference.Relative), string.Join(", ", t.Devices)], cell => Shown.Of(cell).EscapeMarkup()));
        console.Write(shown);
        console.WriteLine($"largest difference {Number(all.Absolute)}, relative {Number(all.Relative)}");
    }

    private static string Number(double value) => value == 0 ? "0" : value.ToString("0.0e+0", CultureInfo.InvariantCulture);

    private static string RequestOf(string folder, string? variant)
    {
        var request = Path.Combine(folder, "obj", "attribution", variant ?? "", $"{ComputeAttributionStage.Name}.request.json");
        return File.Exists(request) ? request : throw new AttributionException(ErrorCodes.UpstreamMissing,
            $"'{folder}' is not a data selection experiment that has been built{(variant is null ? "" : $" as {variant}")}. Build it "
                + "(dotnet build), or name another folder.")
        { File = request };
    }

    private sealed record SampledTable(string Dataset, string Method, int? Layer, int Blocks, int Rows, VectorDifference Difference, string[] Devices,
        string Worst);

    private sealed class Warnings(TextWriter error) : StageReporter
    {
        public override void Warning(string code, string text, string? file = null, long? row = null) => error.WriteLine($"warning {code}: {Shown.Of(text)}");
    }
}
