using Attribution.Data;
using Attribution.Methods;
using Attribution.Models;
using Attribution.Models.Fused;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Benchmarks.Attribution;

/// <summary>What a pass spends its time on.</summary>
internal sealed partial class AttributionBenchmark
{
    // What a pass of ours spends its time on: the products as they run by themselves, the fused steps as they run within, and what is left.
    private void Profile()
    {
        if (!FusedPass.Supports(model.Transformer))
            return;
        var jobs = Jobs();
        var some = rows[..Math.Min(ProfiledRows, rows.Length)];
        var columns = jobs.Select(job =>
        {
            var products = ProductsOf(job, model, some);
            using var computer = new VectorComputer(model.Transformer, AttributionMethods.BuiltIn, budget);
            var (best, bare) = (new Dictionary<string, double> { ["total"] = double.MaxValue }, double.MaxValue);
            for (var round = 0; round < rounds; round++)
            {
                var steps = new Dictionary<string, double>();
                Rows.Timed = (file, time) => steps[Path.GetFileNameWithoutExtension(file)] = steps.GetValueOrDefault(Path.GetFileNameWithoutExtension(file))
                    + time.TotalSeconds;
                steps["total"] = Seconds(() => Compute(computer, job, some), wall: true);
                Rows.Timed = null;
                best = steps["total"] < best["total"] ? steps : best;
                bare = Math.Min(bare, Seconds(products.Run, wall: true));
            }
            var total = best["total"];
            best.Remove("total");
            return new Dictionary<string, double>(best.Select(step => KeyValuePair.Create(step.Key, step.Value / total)))
            {
                ["matrix products"] = bare / total,
                ["the rest"] = 1 - ((bare + best.Values.Sum()) / total)
            };
        }).ToArray();
        Console.WriteLine($"| share of the time | {string.Join(" | ", jobs.Select(job => job.Name))} |");
        Console.WriteLine($"|---|{string.Concat(jobs.Select(_ => "---|"))}");
        foreach (var kind in columns.SelectMany(c => c.Keys).Distinct().OrderByDescending(kind => columns.Sum(c => c.GetValueOrDefault(kind))))
            Console.WriteLine($"| {kind} | {string.Join(" | ", columns.Select(c => c.GetValueOrDefault(kind).ToString("P1", Plain)))} |");
        Console.WriteLine();
    }

    private Products ProductsOf(Job job, CausalLanguageModel of, TokenizedRow[] some)
    {
        using var computer = new VectorComputer(of.Transformer, AttributionMethods.BuiltIn, budget);
        var products = new Products(of.Config, of.Transformer.DType, of.Transformer.Device);
        var isTrak = job.Wanted[0].Layer == VectorKey.WholeModel;
        foreach (var batch in computer.Batches(some))
        {
            products.Add([.. batch.Select(i => some[i].Treatment)], job.Backward ? of.Config.BlockCount : layer + 1, job.Backward ? isTrak ? 0 : layer
                + 1 : null, isTrak ? 64 : 0);
            if (job.Pairs)
                products.Add([.. batch.Select(i => some[i].Control!)], job.Backward ? of.Config.BlockCount : layer + 1, job.Backward ? layer + 1 : null);
        }
        return products;
    }
}
