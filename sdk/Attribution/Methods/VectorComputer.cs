using Attribution.Diagnostics;
using Attribution.Methods.Projections;
using Attribution.Models;
using Attribution.Models.Fused;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Methods;

/// <summary>
/// Computes attribution vectors: any number of methods at any number of blocks from one forward and at most one backward pass of each conversation. Nothing
/// unneeded is computed: blocks below the shallowest one that needs a gradient keep no graph, blocks above the deepest one do not run unless a loss is needed,
/// no weight has a gradient, and the control runs only for methods that read it. A vector's bytes depend only on its row, method and layer, and on a GPU also
/// on the rows computed with it, but never on the other methods and layers asked for.
/// </summary>
/// <param name="transformer">The model.</param>
/// <param name="methods">The methods by name.</param>
/// <param name="tokenBudget">The number of padded tokens that run together in one pass on a GPU; <see cref="DefaultTokenBudget"/> unless given. On the CPU each
/// conversation runs alone.</param>
public sealed class VectorComputer(Transformer transformer, AttributionMethods methods, int? tokenBudget = null) : IDisposable
{
    private const MethodInputs Loss = MethodInputs.Gradient | MethodInputs.WeightGradient;

    /// <summary>The default number of padded tokens in one pass on a GPU.</summary>
    public const int DefaultTokenBudget = 4096;

    private GradientProjection? _projection;

    /// <summary>The number of padded tokens that run together in one pass on a GPU; at least one conversation runs.</summary>
    public int TokenBudget { get; } = tokenBudget ?? DefaultTokenBudget;

    /// <summary>For tests and measurements: use libtorch's autograd even if <see cref="FusedPass"/> supports the model.</summary>
    internal bool ByGraph { get; init; }

    /// <summary>Computes the vectors of <paramref name="rows"/>.</summary>
    /// <param name="rows">The rows, in any order.</param>
    /// <param name="wanted">The vectors to compute for each row.</param>
    /// <param name="progress">Receives the number of finished conversations after each batch.</param>
    /// <param name="cancellation">Checked between batches.</param>
    /// <returns>The rows' vectors for each of <paramref name="wanted"/>, row-major float32 [rows, <see cref="WidthOf"/>]. A row has NaN if truncation left no
    /// token of its answer that the method reads.</returns>
    /// <exception cref="AttributionException">A method is unknown, the model does not have a layer, a row lacks the control that a method reads, or the
    /// projection does not fit the model.</exception>
    public IReadOnlyDictionary<VectorKey, float[]> Compute(
        IReadOnlyList<TokenizedRow> rows, IReadOnlyCollection<VectorKey> wanted, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var plan = Plan(wanted);
        foreach (var row in rows)
            if (row.Control is null && plan.FirstOrDefault(p => p.Method.Inputs.HasFlag(MethodInputs.Control)) is { Method: { } method })
                throw new AttributionException(ErrorCodes.ControlMissing,
                    $"Row {row.Index} has no control conversation, and {method.Name} reads one. Add control_messages to the row, or use a method "
                        + "that needs only treatments.")
                { Row = row.Index, Property = "control_messages" };

        var vectors = plan.ToDictionary(p => p.Key, p => new float[rows.Count * WidthOf(p.Method)]);
        if (_projection is null && plan.Any(p => p.Method.IsProjected()))
        {
            methods.Projection.Match(transformer);
            _projection = GradientProjection.Of(methods.Projection, transformer.DType, transformer.Device);
        }
        using var none = no_grad();

        var done = 0;
        foreach (var batch in Batches(rows))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var members = batch.Select(i => rows[i]).ToArray();
            Streams? Run(MethodInputs side, Func<TokenizedRow, TokenSequence> of) => OutOfMemory.Guard(
                () => Streams.Of(transformer, [.. members.Select(of)], Reading(plan, side), _projection, methods.Projection, ByGraph));
            var (treatment, control) = (Run(MethodInputs.Treatment, r => r.Treatment), Run(MethodInputs.Control, r => r.Control!));
            for (var b = 0; b < batch.Length; b++)
                foreach (var layer in plan.GroupBy(p => p.Method.BlockOf(p.Key.Layer, transformer.Config.BlockCount)))
                    WriteVectors(layer, treatment?.At(layer.Key, b), control?.At(layer.Key, b), members[b], vectors, batch[b]);
            progress?.Report(done += batch.Length);
        }
        return vectors;
    }

    /// <summary>The length of a method's vectors: D, the model's width, or the projection's dimension.</summary>
    public int WidthOf(IAttributionMethod method) => method.IsProjected() ? methods.Projection.Dimension : transformer.Config.HiddenSize;

    /// <inheritdoc/>
    public void Dispose() => _projection?.Dispose();

    // A float's last bits depend on the shape of the product that it comes from, so shapes may depend only on what a vector's identity includes. Treatments and
    // controls never share a pass, and the passes do not depend on the vectors asked for. On the CPU each conversation is a pass of its own. On a GPU, which
    // that would leave idle, a pass has several of the rows that are computed together: those of a block, which are part of the vector's identity, as is the
    // budget.
    internal IEnumerable<int[]> Batches(IReadOnlyList<TokenizedRow> rows) => transformer.Device.type == DeviceType.CPU
        ? Enumerable.Range(0, rows.Count).Select(i => new[] { i })
        : SequenceBatch.Plan([.. rows.Select(r => Math.Max(r.Treatment.Length, r.Control?.Length ?? 0))], TokenBudget);

    // Computes the vectors of one row at one layer. All methods share the row's streams.
    private void WriteVectors(
        IEnumerable<(VectorKey Key, IAttributionMethod Method)> methods, BlockStreams? treatment, BlockStreams? control, TokenizedRow row,
        Dictionary<VectorKey, float[]> vectors, int place)
    {
        foreach (var (key, method) in methods)
        {
            var width = WidthOf(method);
            var target = vectors[key].AsSpan(place * width, width);
            var sides = new[] { (method.Inputs.HasFlag(MethodInputs.Treatment), row.Treatment), (method.Inputs.HasFlag(MethodInputs.Control), row.Control!) };
            if (sides.Any(s => s.Item1 && ((method.Inputs & Loss) != 0 ? s.Item2.TargetCount == 0 : !s.Item2.Keep.Contains(true))))
            {
                target.Fill(float.NaN);
                continue;
            }
            using var scope = NewDisposeScope();
            var vector = method.Compute(
                method.Inputs.HasFlag(MethodInputs.Treatment) ? treatment : null,
                method.Inputs.HasFlag(MethodInputs.Control) ? control : null);
            if (vector.dtype != float32 || vector.shape is not [var size] || size != width)
                throw new AttributionException(ErrorCodes.MethodResultInvalid,
                    $"The method {method.Name} returned {vector.dtype} [{string.Join(", ", vector.shape)}]; a vector is Float32 [{width}].")
                { Property = method.Name };
            vector.cpu().data<float>().CopyTo(target);
        }
    }

    private static (VectorKey Key, IAttributionMethod Method)[] Reading((VectorKey Key, IAttributionMethod Method)[] plan, MethodInputs side) =>
        [.. plan.Where(p => p.Method.Inputs.HasFlag(side))];

    private (VectorKey Key, IAttributionMethod Method)[] Plan(IReadOnlyCollection<VectorKey> wanted)
    {
        var plan = wanted.Select(key => (Key: key, Method: methods.Get(key.Method))).ToArray();
        foreach (var (key, method) in plan)
            if (method.IsOfWholeModel() ? key.Layer != VectorKey.WholeModel : key.Layer < 0 || key.Layer >= transformer.Config.BlockCount)
                throw new AttributionException(ErrorCodes.LayerOutOfRange,
                    method.IsOfWholeModel()
                        ? $"The vectors of {key.Method} are of the whole model, not of layer {key.Layer}."
                        : $"There is no layer {key.Layer}: the model has blocks 0 to {transformer.Config.BlockCount - 1}. Set AttributionLayer to one of them.")
                { Property = "AttributionLayer" };
        return plan;
    }
}

/// <summary>Identifies a vector of an example: a method at a block.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Layer">The 0-based block; <see cref="WholeModel"/> for a method whose vectors belong to no single block.</param>
public readonly record struct VectorKey(string Method, int Layer)
{
    /// <summary>The layer of vectors that belong to the whole model, for example those of <c>trak</c>.</summary>
    public const int WholeModel = -1;
}
