using System.Numerics.Tensors;
using Attribution.Contracts;
using Attribution.Data;
using Attribution.Diagnostics;
using Attribution.Methods;

namespace Attribution.Selection.Personas;

/// <summary>
/// Persona vectors (arXiv 2507.21509), which stand where evaluation vectors would: with r(answer) the mean of the stream leaving block L over the
/// answer's tokens, psi = n(mean_j (r(positive_j) - r(negative_j))), n(v) = v / max(|v|, 1e-6); j counts prompts, pairs of system prompts and repeats.
/// </summary>
public static class PersonaVectors
{
    /// <summary>The selection method that generates the answers, <see cref="PersonaPairs"/>.</summary>
    public const string Generated = PersonaMethodNames.Generated;

    private const string Difference = AttributionMethodNames.ResidualDiff;
    private const double Epsilon = 1e-6;

    // The number of pairs whose vectors are in memory at a time, at every requested layer.
    private const int ChunkPairs = 256;

    /// <summary>Computes the persona vector at each layer in one pass over the pairs.</summary>
    /// <param name="computer">Runs the model.</param>
    /// <param name="encoder">Turns the pairs into tokens, cutting them to the last ones as those of any other row.</param>
    /// <param name="pairs">As <see cref="PersonaPairs"/> makes them. A pair with an answer that is cut away takes no part.</param>
    /// <param name="layers">The 0-based blocks.</param>
    /// <param name="cancellation">Checked between batches.</param>
    /// <returns>psi by layer, float32 [D] of length 1.</returns>
    /// <exception cref="AttributionException">ATTR1505: no pair is left. ATTR1403: the model does not have a layer.</exception>
    public static IReadOnlyDictionary<int, float[]> Compute(
        VectorComputer computer, RowEncoder encoder, IEnumerable<DatasetRow> pairs, IReadOnlyCollection<int> layers, CancellationToken cancellation = default)
    {
        VectorKey[] keys = [.. layers.Distinct().Select(layer => new VectorKey(Difference, layer))];
        var sums = keys.ToDictionary(key => key.Layer, _ => Array.Empty<double>());
        var count = 0;
        foreach (var chunk in pairs.Select(pair => encoder.Encode(pair)).Chunk(ChunkPairs))
        {
            var differences = computer.Compute(chunk, keys, cancellation: cancellation);
            foreach (var key in keys)
            {
                var width = differences[key].Length / chunk.Length;
                if (sums[key.Layer].Length == 0)
                    sums[key.Layer] = new double[width];
                foreach (var row in differences[key].Chunk(width).Where(row => float.IsFinite(row[0])))
                    TensorPrimitives.Add(sums[key.Layer], Array.ConvertAll(row, v => (double)v), sums[key.Layer]);
            }
            count += differences[keys[0]].Chunk(differences[keys[0]].Length / chunk.Length).Count(row => float.IsFinite(row[0]));
        }
        if (count == 0)
            throw new AttributionException(ErrorCodes.NoVectors,
                "Under its system prompts the model gave no pair of answers to compare: they were empty, or MaxTokens cut them away. Try other "
                    + "PersonaPrompts, or raise MaxTokens.")
            { Property = "PersonaPrompts" };
        return sums.ToDictionary(s => s.Key, s =>
        {
            TensorPrimitives.Divide(s.Value, count, s.Value);
            var norm = Math.Max(TensorPrimitives.Norm<double>(s.Value), Epsilon);
            return Array.ConvertAll(s.Value, v => (float)(v / norm));
        });
    }
}
