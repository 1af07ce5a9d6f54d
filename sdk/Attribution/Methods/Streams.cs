using Attribution.Methods.Projections;
using Attribution.Models;
using Attribution.Models.Fused;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Methods;

/// <summary>
/// The streams of one batch of conversations at every requested block, in the dispose scope in which they were created. They come from one forward and at most
/// one backward pass: each block above the first that needs a gradient is differentiated by itself, and its intermediate values are freed before the block
/// below it is.
/// </summary>
internal abstract class Streams
{
    private readonly IReadOnlyList<TokenSequence> _sequences;
    private readonly Dictionary<(int Layer, int Row), BlockStreams> _rows = [];

    protected Streams(Transformer transformer, IReadOnlyList<TokenSequence> sequences, (VectorKey Key, IAttributionMethod Method)[] plan,
        WeightGradients? weights)
    {
        (Transformer, _sequences, Weights) = (transformer, sequences, weights);
        int BlockOf((VectorKey Key, IAttributionMethod Method) p) => p.Method.BlockOf(p.Key.Layer, transformer.Config.BlockCount);
        Layers = plan.Select(BlockOf).Where(block => block != VectorKey.WholeModel).ToHashSet();
        Graded = plan.Where(p => p.Method.Inputs.HasFlag(MethodInputs.Gradient)).Select(BlockOf).ToHashSet();
        NeedsLoss = Graded.Count > 0 || weights is not null;
        FirstDifferentiated = Math.Min(Graded.Count > 0 ? Graded.Min() + 1 : int.MaxValue, weights?.FirstBlock ?? int.MaxValue);
        End = NeedsLoss ? transformer.Config.BlockCount : Layers.Max() + 1;
    }

    protected Transformer Transformer { get; }

    protected WeightGradients? Weights { get; }

    /// <summary>The blocks whose streams are requested.</summary>
    protected HashSet<int> Layers { get; }

    /// <summary>The blocks at whose output the gradient is requested.</summary>
    protected HashSet<int> Graded { get; }

    protected bool NeedsLoss { get; }

    /// <summary>The lowest block that is differentiated.</summary>
    protected int FirstDifferentiated { get; }

    /// <summary>One past the last block that runs: past the deepest requested block, or past the last of all if a loss is needed.</summary>
    protected int End { get; }

    /// <summary>The results by block: [..., D].</summary>
    protected Dictionary<int, (Tensor Input, Tensor Output, Tensor? Gradient)> Found { get; } = [];

    /// <summary>Runs the model over <paramref name="sequences"/> as far as <paramref name="plan"/> needs; null if it needs nothing.</summary>
    internal static Streams? Of(
        Transformer transformer, IReadOnlyList<TokenSequence> sequences, (VectorKey Key, IAttributionMethod Method)[] plan, GradientProjection? projection,
            ProjectionIdentity identity,
        bool byGraph = false)
    {
        if (plan.Length == 0)
            return null;
        using var weights = plan.Any(p => p.Method.Inputs.HasFlag(MethodInputs.WeightGradient)) && projection is not null
            ? new WeightGradients(transformer, projection, identity, sequences.Count) : null;
        Streams streams = !byGraph && FusedPass.Supports(transformer)
            ? new FusedStreams(transformer, sequences, plan, weights)
            : new GraphStreams(transformer, sequences, plan, weights);
        streams.Run();
        return streams;
    }

    /// <summary>One row's streams at one block, in float32; for <see cref="VectorKey.WholeModel"/>, those of the whole model.</summary>
    internal BlockStreams? At(int layer, int row)
    {
        if (_rows.TryGetValue((layer, row), out var known))
            return known;
        var keep = _sequences[row].Keep;
        if (layer == VectorKey.WholeModel)
            return Weights is null ? null : _rows[(layer, row)] = new BlockStreams(Weights.Vectors[row], keep);
        if (!Found.TryGetValue(layer, out var at))
            return null;
        Tensor Row(Tensor stream) => RowOf(stream, row).to(float32);
        return _rows[(layer, row)] = new BlockStreams(Row(at.Input), Row(at.Output), at.Gradient is { } g ? Row(g) : null, keep);
    }

    /// <summary>Fills <see cref="Found"/>.</summary>
    protected abstract void Run();

    /// <summary>The part of a stream that belongs to one sequence, [T, D].</summary>
    protected abstract Tensor RowOf(Tensor stream, int row);

    protected void Grade(int layer, Tensor gradient)
    {
        if (Graded.Contains(layer))
            Found[layer] = (Found[layer].Input, Found[layer].Output, gradient);
    }
}
