using System.Runtime.InteropServices;
using Attribution.Contracts;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Models.Checkpoints;
using Attribution.Models.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Selection.Personas;

/// <summary>
/// Persona vectors from elsewhere: one vector <c>[D]</c>, which is used at any layer, or one per layer: <c>[blocks, D]</c>, where row L is the stream leaving
/// block L, or <c>[blocks + 1, D]</c>, where row 0 is the embeddings and row L + 1 the stream leaving block L, the numbering of hidden states in transformers.
/// </summary>
internal static class PersonaVectorFile
{
    /// <summary>The selection method that reads them.</summary>
    public const string Method = PersonaMethodNames.FromFile;

    private const string Advice = "Name a .safetensors or .pt file with one tensor, or an .npy file";

    /// <summary>The vector of a layer, scaled to length 1.</summary>
    /// <param name="path">A <c>.safetensors</c> or <c>.pt</c> file with one tensor, or an <c>.npy</c> file of floats.</param>
    /// <param name="layer">The 0-based block.</param>
    /// <param name="blocks">The number of blocks in the model.</param>
    /// <param name="width">D, the model's width.</param>
    /// <exception cref="AttributionException">ATTR1522: the file is missing, has more than one tensor or another shape, or the vector is zero or not finite.
    /// ATTR1130-1132: a <c>.pt</c> file cannot be read.</exception>
    public static float[] Read(string path, int layer, int blocks, int width)
    {
        if (!File.Exists(path))
            throw Invalid($"There is no file of persona vectors '{path}'. {Advice}.", path);
        var vector = Path.GetExtension(path) switch
        {
            ".safetensors" => OfTensor(path, layer, blocks, width),
            ".npy" => OfArray(path, layer, blocks, width),
            ".pt" or ".pth" => OfCheckpoint(path, layer, blocks, width),
            _ => throw Invalid($"'{path}' is no file of persona vectors that can be read. {Advice}.", path),
        };
        var norm = Math.Sqrt(vector.Sum(v => (double)v * v));
        return norm > 0 && double.IsFinite(norm)
            ? Array.ConvertAll(vector, v => (float)(v / norm))
            : throw Invalid($"The persona vector of layer {layer} in '{path}' is zero or not finite.", path);
    }

    private static float[] OfTensor(string path, int layer, int blocks, int width)
    {
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(path);
        if (file.Entries is not [var only])
            throw Invalid($"'{path}' holds {file.Entries.Count} tensors ({string.Join(", ", file.Entries.Take(5).Select(e => e.Name))}), so which is the "
                + $"persona's is not clear. {Advice}.", path);
        var row = RowOf(only.Shape, layer, blocks, width, path);
        return file.Load(only.Name, float32, CPU).reshape(-1, width)[row].contiguous().data<float>().ToArray();
    }

    private static float[] OfArray(string path, int layer, int blocks, int width)
    {
        var header = NpyHeader.Read(path);
        var row = RowOf(header.Shape, layer, blocks, width, path);
        var bytes = new byte[width * header.Type.Bytes()];
        using var file = File.OpenRead(path);
        file.Position = header.DataOffset + (long)row * bytes.Length;
        file.ReadExactly(bytes);
        return header.Type switch
        {
            NpyType.Float16 => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(bytes).ToArray(), v => (float)v),
            NpyType.Float32 => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
            NpyType.Float64 => Array.ConvertAll(MemoryMarshal.Cast<byte, double>(bytes).ToArray(), v => (float)v),
            var other => throw Invalid($"'{path}' holds {other.Description()}, and a persona vector is of floats.", path),
        };
    }

    private static float[] OfCheckpoint(string path, int layer, int blocks, int width)
    {
        var tensor = TorchCheckpoint.LoadTensor(path);
        var row = RowOf(tensor.Shape, layer, blocks, width, path);
        return tensor.ToFloats().AsSpan(row * width, width).ToArray();
    }

    private static int RowOf(IReadOnlyList<long> shape, int layer, int blocks, int width, string path) => shape switch
    {
        [var d] when d == width => 0,
        [var n, var d] when d == width && n == blocks => layer,
        [var n, var d] when d == width && n == blocks + 1 => layer + 1,
        _ => throw Invalid($"'{path}' holds [{string.Join(", ", shape)}]; for this model of {blocks} blocks and width {width} it must be [{width}], "
            + $"[{blocks}, {width}] or [{blocks + 1}, {width}].", path),
    };

    private static AttributionException Invalid(string message, string path) =>
        new(ErrorCodes.PersonaVectorInvalid, message) { File = path, Property = "PersonaVector" };
}
