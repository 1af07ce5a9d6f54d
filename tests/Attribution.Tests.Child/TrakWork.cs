using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Attribution.Methods;
using Attribution.Methods.Projections;
using Attribution.Models;

namespace Attribution.Tests.Child;

/// <summary>Projected gradients of invented conversations on a random model, the same in the tests and in the processes they start.</summary>
public static class TrakWork
{
    /// <summary>The hash of the vectors of both projections.</summary>
    /// <param name="folder">A folder with a <c>config.json</c>.</param>
    public static string Hash(string folder)
    {
        using var model = CausalLanguageModel.Random(ModelConfig.Load(folder), 7);
        TokenizedRow[] rows = [.. Enumerable.Range(0, 9).Select(row => new TokenizedRow(row, new TokenSequence(
            [.. Enumerable.Range(0, 5 + row).Select(t => (t * 31 + row * 17) % model.Config.VocabularySize)],
            [.. Enumerable.Range(0, 5 + row).Select(t => t > row / 2)])))];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var kind in Enum.GetValues<ProjectionKind>())
        {
            using var computer = new VectorComputer(model.Transformer, new AttributionMethods(projection: new() { Kind = kind, Dimension = 256, Seed = 3 }),
                tokenBudget: 40);
            hash.AppendData(MemoryMarshal.AsBytes<float>(computer.Compute(rows, [new("trak", VectorKey.WholeModel)]).Values.Single()));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
