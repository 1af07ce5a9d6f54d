using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Attribution.Methods;
using Attribution.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Child;

/// <summary>Vectors of invented conversations on a random model: whether anything but a row, its method and its layer decides on their bytes.</summary>
public static class VectorWork
{
    private const int Subsets = 8;

    /// <summary>
    /// Computes random subsets of methods, layers and rows, in random order, and compares them with all of them computed at once.
    /// </summary>
    /// <param name="family">llama, whose derivative is written out, or qwen3, which goes through libtorch's graph.</param>
    /// <param name="dtype">float32 or bfloat16.</param>
    /// <param name="threads">How many threads an operator may use.</param>
    /// <returns>The hash of all vectors; or which of them came out different.</returns>
    public static string Check(string family, string dtype, int threads)
    {
        using var model = CausalLanguageModel.Random(Config(family), 7, dtype: dtype == "bfloat16" ? bfloat16 : float32);
        set_num_threads(threads);
        TokenizedRow[] rows = [.. Enumerable.Range(0, 6).Select(row =>
            new TokenizedRow(row, Sequence(row, 11 + (row * 23 % 79)), Sequence(row + 40, 9 + (row * 31 % 67))))];
        VectorKey[] all =
        [
            .. AttributionMethods.BuiltIn.Names.SelectMany(name => AttributionMethods.BuiltIn.Get(name).IsOfWholeModel()
                ? [new VectorKey(name, VectorKey.WholeModel)] : Enumerable.Range(0, model.Config.BlockCount).Select(layer => new VectorKey(name, layer))),
        ];
        var expected = Compute(model, rows, all);
        var random = new Random(5);
        for (var subset = 0; subset < Subsets; subset++)
        {
            VectorKey[] keys = [.. all.OrderBy(_ => random.Next()).Take(1 + random.Next(subset % 2 == 0 ? 3 : all.Length))];
            TokenizedRow[] some = [.. rows.OrderBy(_ => random.Next()).Take(1 + random.Next(rows.Length))];
            foreach (var (key, vectors) in Compute(model, some, keys))
            {
                var width = vectors.Length / some.Length;
                for (var i = 0; i < some.Length; i++)
                    if (!Bytes(vectors, i, width).SequenceEqual(Bytes(expected[key], (int)some[i].Index, width)))
                        return $"{key} of row {some[i].Index} among [{string.Join(", ", keys.Select(k => k.ToString()))}] and rows "
                            + $"[{string.Join(", ", some.Select(r => r.Index))}]";
            }
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var key in all)
            hash.AppendData(MemoryMarshal.AsBytes<float>(expected[key]));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static IReadOnlyDictionary<VectorKey, float[]> Compute(CausalLanguageModel model, TokenizedRow[] rows, VectorKey[] keys)
    {
        using var computer = new VectorComputer(model.Transformer, new AttributionMethods(projection: new() { Dimension = 256, Seed = 3 }));
        return computer.Compute(rows, keys);
    }

    private static ReadOnlySpan<byte> Bytes(float[] vectors, int row, int width) => MemoryMarshal.AsBytes(vectors.AsSpan(row * width, width));

    internal static TokenSequence Sequence(int seed, int length) =>
        new([.. Enumerable.Range(0, length).Select(t => (t * 31 + seed * 17) % 512)], [.. Enumerable.Range(0, length).Select(t => t > length / 3)]);

    // Large enough for the blocks of a BLAS to have edges.
    internal static ModelConfig Config(string family)
    {
        var folder = Directory.CreateTempSubdirectory("attribution-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "config.json"), $$"""
                {"model_type":"{{family}}","vocab_size":512,"hidden_size":136,"intermediate_size":376,
                 "num_hidden_layers":3,"num_attention_heads":4,"num_key_value_heads":2,
                 "head_dim":40,"hidden_act":"silu","max_position_embeddings":256,"rms_norm_eps":1e-5,"rope_theta":10000.0,"tie_word_embeddings":false}
                """);
            return ModelConfig.Load(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
