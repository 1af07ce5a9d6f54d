using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models.Fused;

/// <summary>The values of a block's forward pass that its derivative needs. N tokens, or only those that predict where only they are needed.</summary>
internal sealed class KeptBlock : IDisposable
{
    public Tensor Hidden { get; private set; } = null!; // [N, D], entering the block; owned by others
    public Tensor ScaleOfHidden { get; private set; } = null!; // [N], the factors of the norm
    public Tensor Query { get; private set; } = null!; // sequence by sequence [H, T, d], rotated and scaled
    public Tensor Key { get; private set; } = null!; // [K, T, d], turned
    public Tensor Value { get; private set; } = null!; // [K, T, d]
    public Tensor[] Weights { get; private set; } = []; // of each sequence [K, H / K T, T]
    public Tensor Middle { get; private set; } = null!; // the stream between attention and feed-forward
    public Tensor ScaleOfMiddle { get; private set; } = null!;
    public Tensor Gate { get; private set; } = null!; // [N, F], or with up [N, 2 F]
    public Tensor? Up { get; private set; }
    public bool TargetsOnly { get; private set; }

    public void Keep(
        Tensor hidden, Tensor scale, Tensor query, Tensor key, Tensor value, Tensor[] weights, Tensor middle, Tensor scaleOfMiddle, Tensor gate, Tensor? up,
            bool targetsOnly)
    {
        (Hidden, ScaleOfHidden, Query, Key, Value, Weights) = (hidden, scale, query, key, value, weights);
        (Middle, ScaleOfMiddle, Gate, Up, TargetsOnly) = (middle, scaleOfMiddle, gate, up, targetsOnly);
        foreach (var tensor in Own())
            tensor.DetachFromDisposeScope();
    }

    public void DisposeFeedForward()
    {
        foreach (var tensor in new[] { Middle, ScaleOfMiddle, Gate, Up })
            tensor?.Dispose();
    }

    public void Dispose()
    {
        foreach (var tensor in Own())
            tensor.Dispose();
    }

    private IEnumerable<Tensor> Own() => new[] { ScaleOfHidden, Query, Key, Value, Middle, ScaleOfMiddle, Gate, Up }.Concat(Weights).OfType<Tensor>();
}
