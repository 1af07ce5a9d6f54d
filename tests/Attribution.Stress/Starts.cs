using Attribution.Worker.Tests.Stages;

namespace Attribution.Stress;

/// <summary>Twenty workers that fine-tune, all started at once on however few cores there are: libtorch is loaded by all of them under load.</summary>
internal static class Starts
{
    private const int Workers = 20;

    public static async Task<string> Run(int count, int seed)
    {
        using var first = new TestExperiment().WithData(60);
        await first.RunAsync("ImportDatasets", "ComputeAttribution", "SelectTrainingData");
        var failures = new List<string>();
        for (var round = 0; round < count; round++)
        {
            // A store each, so that each computes.
            var experiments = Enumerable.Range(0, Workers).Select(i => Copy(first, $"r{round}-{i}")).ToArray();
            var workers = experiments.Select(e => new StageProcess(e, "FineTune", [], [])).ToArray();
            foreach (var worker in workers)
            {
                var (code, output) = worker.Finish();
                worker.Dispose();
                if (code != 0)
                    failures.Add(output);
            }
            foreach (var experiment in experiments)
            {
                Directory.Delete(experiment.Folder, recursive: true);
                Directory.Delete(experiment.Store, recursive: true);
            }
            failures.ShouldBeEmpty();
        }
        return $"{count} rounds of {Workers} workers, no failure";
    }

    private static TestExperiment Copy(TestExperiment first, string name)
    {
        var copy = new TestExperiment(first.Root, name, store: $"{name}-store") { Train = first.Train, Eval = first.Eval, Prompts = first.Prompts };
        Folders.Copy(first.Store, copy.Store);
        Folders.Copy(first.State, copy.State);
        copy.Prepare();
        return copy;
    }
}
