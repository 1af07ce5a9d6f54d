using System.Diagnostics;
using Attribution.Tests.Child;

namespace Attribution.Tests.Tensors;

/// <summary>What libtorch reads must be held by somebody: TorchSharp's own conversions of numbers fail this within seconds.</summary>
public sealed class GarbageCollectionTests
{
    [Fact]
    public void Fine_tuning_generation_and_vectors_are_undisturbed_by_a_thread_that_collects_all_the_time()
    {
        using var child = Process.Start(new ProcessStartInfo("dotnet", [typeof(StoreWork).Assembly.Location, "garbage"]) { RedirectStandardOutput = true })!;
        child.StandardOutput.ReadToEnd().Trim().ShouldBe("equal");
        child.WaitForExit();
        child.ExitCode.ShouldBe(0);
    }
}
