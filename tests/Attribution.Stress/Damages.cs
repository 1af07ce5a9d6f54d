using Attribution.Worker.Tests.Stages;

namespace Attribution.Stress;

/// <summary>
/// Files of a store flipped, cut, deleted, or flipped with their time put back; the stages that follow from nothing else give the same bytes or say so.
/// </summary>
internal static class Damages
{
    public static async Task<string> Run(int count, int seed)
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync();
        var expected = Folders.Results(experiment.Out);
        var sound = Path.Combine(experiment.Root, "sound");
        Folders.Copy(experiment.Store, sound);
        var random = new Random(seed);
        var (noticed, harmless) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            var files = Directory.EnumerateFiles(experiment.Store, "*", SearchOption.AllDirectories).Where(f =>
                !Path.GetRelativePath(experiment.Store, f).StartsWith('.')).Order(StringComparer.Ordinal).ToArray();
            var file = files[random.Next(files.Length)];
            Damage(file, random);
            // Without the results the stages look into the store.
            Directory.Delete(experiment.Out, recursive: true);
            experiment.Prepare();
            var warned = false;
            foreach (var stage in TestExperiment.AllStages)
            {
                var (code, lines) = await experiment.RunStageAsync(stage);
                code.ShouldBe(0, $"damage {i} of {file}: {string.Join('\n', lines.Select(l => l.Text))}");
                warned |= lines.Any(l => l.Kind == "warning");
            }
            Folders.Results(experiment.Out).ShouldEqual(expected, $"damage {i} of {file}");
            _ = warned ? noticed++ : harmless++;
        }
        return $"{noticed} noticed, {harmless} harmless, none used";
    }

    private static void Damage(string file, Random random)
    {
        var time = File.GetLastWriteTimeUtc(file);
        var bytes = File.ReadAllBytes(file);
        File.SetAttributes(file, FileAttributes.Normal);
        switch (random.Next(4))
        {
            case 0:
                File.Delete(file);
                return;
            case 1:
                File.WriteAllBytes(file, bytes[..random.Next(Math.Max(1, bytes.Length))]);
                return;
            case var kind:
                if (bytes.Length == 0)
                    return;
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(file, bytes);
                if (kind == 2)
                    File.SetLastWriteTimeUtc(file, time);
                return;
        }
    }
}
