using System.Reflection;
using TorchSharp;

namespace Attribution.Torch.Tests.Conformance;

/// <summary>The real package must be able to take the binding's place, so every public member is one of its own.</summary>
public sealed class TorchSharpConformanceTests
{
    /// <summary>Types of TorchSharp that the list of signatures leaves out; what we offer of them is kept small instead.</summary>
    private static readonly string[] NotListed =
        ["Adam", "BFloat16", "Generator", "ILearningRateController", "TensorAccessor`1", "DeviceType", "ScalarType", "RoundingMode", "Reduction", "GELU", "Approximate"];

    [SharedFact("design", "torchsharp-api.txt")]
    public void Every_public_member_outside_the_extensions_is_TorchSharps_own()
    {
        var listed = File.ReadLines(SharedData.Find("design", "torchsharp-api.txt")!)
            .Select(SignatureText.WithoutReferenceNullability).ToHashSet();

        var ours = typeof(torch).Assembly.GetExportedTypes()
            .Where(t => t.Namespace!.StartsWith("TorchSharp", StringComparison.Ordinal) && !NotListed.Contains(t.Name))
            .SelectMany(t => t.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(m => m is not MethodInfo { IsVirtual: true, Name: "Equals" or "GetHashCode" or "ToString" or "Dispose" or "step" or "zero_grad" })
            .Select(SignatureText.Of).OfType<string>().Select(SignatureText.WithoutReferenceNullability).ToArray();

        ours.Length.ShouldBeGreaterThan(300);
        ours.Where(line => !listed.Contains(line)).ShouldBeEmpty();
    }

    [Fact]
    public void What_TorchSharp_lacks_sits_in_one_file_of_extensions()
    {
        var ownTypes = typeof(torch).Assembly.GetExportedTypes()
            .Where(t => t.Namespace!.StartsWith("Attribution.Torch", StringComparison.Ordinal) && t.Namespace != "Attribution.Torch.Provisioning");
        ownTypes.ShouldBe([typeof(TensorExtensions)]);
    }
}
