using System.Text.Json;
using Attribution.Diagnostics;
using Attribution.Pipeline.Verdicts;

namespace Attribution.Pipeline.Snapshots;

/// <summary>
/// The allowed differences of metrics from their snapshot, as a multiple of max(1, |expected value|). There is one for all metrics; the file
/// <c>tolerances.json</c> beside the snapshot can set others by a metric's name (<c>judged_mean</c>) or by run and metric
/// (<c>pool/residual_diff/.../judged_mean</c>).
/// </summary>
internal sealed class Tolerances
{
    public const string File = "tolerances.json";

    // A derived metric has the tolerance of the metric that it is derived from.
    private static readonly string[] Derived = [SeedGroup.Deviation, Lower, Upper, SeedGroup.OverRandom];

    private const string Lower = "_lower", Upper = "_upper";

    private readonly double _default;
    private readonly Dictionary<string, double> _own = [];

    /// <param name="all">The tolerance of metrics without their own.</param>
    /// <param name="file">The file; it need not exist.</param>
    /// <exception cref="AttributionException">ATTR1702: a tolerance is not a number of at least 0, or the file is not a JSON object.</exception>
    public Tolerances(double all, string file)
    {
        _default = all;
        if (!System.IO.File.Exists(file))
            return;
        try
        {
            _own = JsonSerializer.Deserialize<Dictionary<string, double>>(System.IO.File.ReadAllBytes(file))!;
        }
        catch (JsonException e)
        {
            throw new AttributionException(ErrorCodes.SnapshotInvalid,
                $"'{file}' must be a JSON object of numbers by metric, such as {{\"judged_mean\": 0.1}}: {e.Message}", e)
            { File = file };
        }
        if (_own.FirstOrDefault(t => !(t.Value >= 0)) is { Key: { } name })
            throw new AttributionException(ErrorCodes.SnapshotInvalid, $"The tolerance of '{name}' must be at least 0.") { File = file, Property = name };
    }

    public double Of(string run, string metric) =>
        _own.TryGetValue($"{run}/{metric}", out var one) ? one
        : _own.TryGetValue(metric, out var every) ? every
        : Derived.FirstOrDefault(end => metric.EndsWith(end, StringComparison.Ordinal)) is { } end ? Of(run, metric[..^end.Length])
        : _default;
}
