using Attribution.Diagnostics;
using Attribution.Models.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Selection.Personas;

/// <summary>
/// Persona vectors that were made elsewhere: one vector <c>[D]</c>, which is taken at any layer, or one per layer: <c>[blocks, D]</c>, row L the
/// stream leaving block L, or <c>[blocks + 1, D]</c>, row 0 the embeddings and row L + 1 the stream leaving block L, as
/// the hidden states of transformers are numbered.
/// </summary>
public static class PersonaVectorFile
{
    /// <summary>The selection method that reads them.</summary>
    public const string Method = "persona_vector";

    private const string Advice = "Name a .safetensors file with one tensor";

    /// <summary>The vector of a layer, scaled to length 1.</summary>
    /// <param name="path">A <c>.safetensors</c> file with one tensor of floats.</param>
    /// <param name="layer">The 0-based block.</param>
    /// <param name="blocks">How many the model has.</param>
    /// <param name="width">D, the model's width.</param>
    /// <exception cref="AttributionException">ATTR1522: no such file, more than one tensor, another shape, or a vector that is zero or not finite.</exception>
    public static float[] Read(string path, int layer, int blocks, int width)
    {
        if (!File.Exists(path))
            throw Invalid($"There is no file of persona vectors '{path}'. {Advice}.", path);
        if (Path.GetExtension(path) != ".safetensors")
            throw Invalid($"'{path}' is no file of persona vectors that can be read. {Advice}.", path);
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(path);
        if (file.Entries is not [var only])
            throw Invalid($"'{path}' holds {file.Entries.Count} tensors ({string.Join(", ", file.Entries.Take(5).Select(e => e.Name))}), so which is the persona's is not clear. {Advice}.", path);
        var shape = only.Shape;
        var row = shape switch
        {
            [var d] when d == width => 0,
            [var n, var d] when d == width && n == blocks => layer,
            [var n, var d] when d == width && n == blocks + 1 => layer + 1,
            _ => throw Invalid(
                $"The tensor '{only.Name}' of '{path}' is [{string.Join(", ", shape)}]; for this model of {blocks} blocks and width {width} it must be [{width}], [{blocks}, {width}] or [{blocks + 1}, {width}].", path),
        };
        var vector = file.Load(only.Name, float32, CPU).reshape(-1, width)[row].contiguous().data<float>().ToArray();
        var norm = Math.Sqrt(vector.Sum(v => (double)v * v));
        return norm > 0 && double.IsFinite(norm)
            ? Array.ConvertAll(vector, v => (float)(v / norm))
            : throw Invalid($"The persona vector of layer {layer} in '{path}' is zero or not finite.", path);
    }

    private static AttributionException Invalid(string message, string path) => new(ErrorCodes.PersonaVectorInvalid, message) { File = path, Property = "PersonaVector" };
}
