using Attribution.Diagnostics;
using Attribution.Models.Checkpoints;
using static Attribution.Tests.Models.Checkpoints.PickleWriter;

namespace Attribution.Tests.Models.Checkpoints;

public sealed class CheckpointFuzzTests
{
    [Fact]
    public void Damage_anywhere_is_an_error_that_says_so_and_never_costs_much_memory()
    {
        using var folder = new TemporaryFolder();
        var path = folder["x.pt"];
        var random = new Random(11);
        byte[] storage = [.. Enumerable.Range(0, 64).Select(i => (byte)(i * 37))];
        var pickle = PickleWriter.Write(new Dictionary<object, object?>
        {
            ["class"] = "LinearScoreEstimator",
            ["state_dict"] = new StateDictionary { ["linear.weight"] = new StoredTensor("FloatStorage", "0", 16, 4, [1, 3, 4], [12, 4, 1]) },
            ["extras"] = new List<object?> { null, 2.5, new object?[] { 1, 70000, "x", true }, new byte[] { 200, 1 } },
            ["half"] = new StoredTensor("HalfStorage", "1", 8, 0, [2, 4], [1, 2]),
        });
        var (refused, damaged, read) = (0, 0, 0);
        for (var i = 0; i < 6000; i++)
        {
            // Half the time the archive itself, else the pickle in a sound archive, so that the checksums do not save us.
            File.WriteAllBytes(path, i % 2 == 0
                ? Mutate(CheckpointFile.Checkpoint(pickle, storage, storage[..16]), random)
                : CheckpointFile.Checkpoint(Mutate(pickle, random), storage, storage[..16]));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                TorchCheckpoint.Load(path);
                read++;
            }
            catch (AttributionException e) when (e.Code is ErrorCodes.CheckpointRefused or ErrorCodes.CheckpointDamaged or ErrorCodes.CheckpointUnreadable)
            {
                _ = e.Code == ErrorCodes.CheckpointRefused ? refused++ : damaged++;
            }
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20, $"round {i}");
        }
        // Each way out was taken often, so the mutations are neither all harmless nor all fatal at once.
        (refused > 100 && damaged > 1000 && read > 100).ShouldBeTrue($"{refused} refused, {damaged} damaged, {read} read");
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var result = bytes.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(result.Count);
            switch (random.Next(6))
            {
                case 0:
                    result[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    result[at] = (byte)random.Next(256);
                    break;
                case 2:
                    result.Insert(at, (byte)random.Next(256));
                    break;
                case 3:
                    result.RemoveRange(at, Math.Min(random.Next(1, 9), result.Count - at));
                    break;
                case 4:
                    var from = random.Next(result.Count);
                    result.InsertRange(at, result.GetRange(from, Math.Min(random.Next(1, 33), result.Count - from)));
                    break;
                default:
                    result[at] = random.Next(2) == 0 ? (byte)0xFF : (byte)0;
                    break;
            }
            if (result.Count == 0)
                result.Add(0);
        }
        return [.. result];
    }
}
