using Attribution.Diagnostics;
using Attribution.Models.Fused;
using Attribution.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Attribution.Models;

/// <summary>
/// A decoder-only transformer (pre-norm blocks of grouped-query attention with rotary positions and a gated feed-forward network) that can be configured as any
/// family of <see cref="ModelConfig"/>. Shapes: B rows, T tokens, S keys (cached ones included), D hidden, H query heads, K key/value heads, d per head, F
/// feed-forward, V vocabulary. The residual stream <c>[B, T, D]</c> goes in and out at every block boundary, so a pass can start and stop at any block. Weights
/// never require a gradient; gradients flow to the stream that was made a leaf, and to adapters.
/// </summary>
public sealed partial class Transformer : IDisposable
{
    private readonly TransformerBlock[] _blocks;
    private readonly RotaryEmbedding _rotary, _windowRotary;
    private readonly Tensor _embedding, _finalNorm; // [V, D], [D]
    private readonly Tensor? _embeddingScale; // []
    private readonly Linear _head; // [V, D]
    private readonly ModelWeights _weights;

    /// <summary>Assembles the model from its weights.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="dtype">The dtype of weights and streams.</param>
    /// <param name="device">The device of weights and streams.</param>
    /// <param name="weight">Returns the tensor with a checkpoint name, in the given shape, on that device and with that dtype.</param>
    internal Transformer(ModelConfig config, ScalarType dtype, Device device, Func<string, long[], Tensor> weight)
    {
        (Config, DType, Device) = (config, dtype, device);
        if (device.type == DeviceType.CPU)
            TorchThreads.Use(config);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var c = config;
        _rotary = new RotaryEmbedding(c.Rotary, dtype, device);
        _windowRotary = c.WindowRotary == c.Rotary ? _rotary : new RotaryEmbedding(c.WindowRotary, dtype, device);

        _weights = new ModelWeights(c, dtype, weight);
        _embedding = _weights.Read("model.embed_tokens.weight", c.VocabularySize, c.HiddenSize);
        _embeddingScale = c.ScaledEmbeddings ? _weights.Own(tensor(MathF.Sqrt(c.HiddenSize)).to(dtype, device, copy: true))
            : c.EmbeddingMultiplier != 1 ? _weights.Own(tensor((float)c.EmbeddingMultiplier).to(dtype, device, copy: true)) : null;
        _blocks = new TransformerBlock[c.BlockCount];
        for (var i = 0; i < c.BlockCount; i++)
        {
            var rotary = c.RotatedBlocks?[i] == false ? null : c.SlidingWindows[i] is null ? _rotary : _windowRotary;
            _blocks[i] = TransformerBlock.Read(_weights, c, i, rotary);
        }
        _finalNorm = _weights.Norm("model.norm.weight", c.HiddenSize);
        _head = c.TieWordEmbeddings ? new Linear("lm_head", _embedding, null) : _weights.Linear("lm_head", c.VocabularySize, c.HiddenSize, false);
    }

    /// <summary>The architecture.</summary>
    public ModelConfig Config { get; }

    /// <summary>The dtype of weights and streams.</summary>
    public ScalarType DType { get; }

    /// <summary>The device of weights and streams.</summary>
    public Device Device { get; }

    /// <summary>Every matrix of the blocks, in order, and the head unless it is the embedding.</summary>
    internal IReadOnlyList<Linear> Linears => _weights.Linears;

    /// <summary>The weights by their checkpoint names, unchanged.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights => _weights.ByName;

    internal IReadOnlyList<TransformerBlock> Blocks => _blocks;

    internal Tensor FinalNorm => _finalNorm;

    internal Linear Head => _head;

    /// <summary>
    /// The length of the longest sequence whose tokens can all be computed one by one. A longer one is computed again from its first token
    /// (<see cref="RotaryEmbedding.ShortLimit"/>).
    /// </summary>
    internal int IncrementalLimit => Math.Min(_rotary.ShortLimit, _windowRotary.ShortLimit);

    /// <summary>
    /// Prepares a pass over <paramref name="length"/> tokens of each of <paramref name="batch"/> rows. Its tensors belong to the current dispose scope. Shorter
    /// rows are padded on the right, which needs no mask, because no token sees what is to its right.
    /// </summary>
    /// <param name="batch">B.</param>
    /// <param name="length">T.</param>
    /// <param name="lengths">The number of real tokens in each row, from 1 to T; T unless given. Only longrope models depend on it.</param>
    /// <param name="positions">[B, T], the position of each token, increasing along a row; 0, 1, 2, ... after the cache's positions unless given.</param>
    /// <param name="keyMask">[B, T], false for tokens that only they themselves may attend to; all true unless given.</param>
    /// <param name="cache">The keys and values of the tokens before; this pass appends to them.</param>
    internal ForwardContext Context(
        int batch, int length, IReadOnlyList<int>? lengths = null, long[,]? positions = null, bool[,]? keyMask = null, KeyValueCache? cache = null) =>
        new(batch, length, lengths, positions, keyMask, cache, _blocks.Select(b => b.Rotary).OfType<RotaryEmbedding>(), _blocks.Select(b => b.Window), Device);

    /// <summary>A cache for this model.</summary>
    /// <param name="batch">B.</param>
    /// <param name="capacity">The number of tokens to allocate room for at first.</param>
    internal KeyValueCache Cache(int batch, int capacity = 0) => new(batch, Config.BlockCount, capacity);

    /// <summary>The residual stream that enters block 0, [B, T, D], from token ids [B, T], int64.</summary>
    internal Tensor Embed(Tensor ids)
    {
        using var scope = NewDisposeScope();
        var rows = _embedding.index_select(0, ids.flatten()).view(ids.shape[0], ids.shape[1], Config.HiddenSize);
        return (_embeddingScale is null ? rows : rows * _embeddingScale).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Runs the blocks from <paramref name="from"/> up to but not including <paramref name="to"/>: maps the stream that enters the first, [B, T, D], to the
    /// stream that enters block <paramref name="to"/>.
    /// </summary>
    internal Tensor Run(Tensor hidden, ForwardContext context, int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, _blocks.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        var stream = hidden;
        var step = FusedStep.Supports(this, context) ? TokenSpans.OneEach(context.Batch) : null;
        for (var i = from; i < to; i++)
        {
            var next = step is null ? Block(i, stream, context) : FusedStep.Block(this, i, stream, context, step);
            if (!ReferenceEquals(stream, hidden))
                stream.Dispose();
            stream = next;
        }
        return stream;
    }

    /// <summary>Runs one block: maps the stream that enters it, [B, T, D], to the stream that leaves it.</summary>
    /// <param name="index">The 0-based block.</param>
    /// <param name="hidden">The stream that enters the block.</param>
    /// <param name="context">The pass's context.</param>
    /// <param name="start">The first token whose stream is returned, as [B, T - start, D]; for the tokens before it, only keys and values are computed.</param>
    internal Tensor Block(int index, Tensor hidden, ForwardContext context, int start = 0)
    {
        using var scope = NewDisposeScope();
        var block = _blocks[index];
        var attended = Attend(index, block, hidden, context, start);
        var middle = (start == 0 ? hidden : hidden.narrow(1, start, hidden.shape[1] - start)).Plus(attended);
        return middle.Plus(FeedForward(block, middle)).MoveToOuterDisposeScope();
    }

    /// <summary>The final norm and the head: maps the stream that leaves the last block to logits in the model's dtype.</summary>
    /// <param name="hidden">[B, T, D].</param>
    /// <param name="positions">int64 [N], the flat positions <c>b * T + t</c> to compute logits at; all positions unless given.</param>
    /// <returns>[N, V], or [B, T, V] without positions.</returns>
    internal Tensor Logits(Tensor hidden, Tensor? positions = null)
    {
        using var scope = NewDisposeScope();
        var at = positions is null ? hidden : hidden.reshape(-1, Config.HiddenSize).index_select(0, positions);
        var logits = _head.Forward(Norm(at, _finalNorm));
        return (Config.LogitDivisor == 1 ? logits : logits.Over(Config.LogitDivisor)).SoftCapped(Config.LogitSoftCap).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rotary.Dispose();
        _windowRotary.Dispose();
        _weights.Dispose();
    }

    /// <summary>Replaces a matrix's weight by another, which the model then owns.</summary>
    internal void Replace(Linear linear, Tensor weight) => _weights.Replace(linear, weight);

    private Tensor Residual(Tensor output) => Config.ResidualMultiplier == 1 ? output : output.Times(Config.ResidualMultiplier);

    private Tensor NormIfAny(Tensor x, Tensor? weight) => weight is null ? x : Norm(x, weight);

    private Tensor FeedForward(TransformerBlock block, Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var normed = NormIfAny(hidden, block.FeedForwardNorm);
        var gate = block.Gate.Forward(normed); // [B, T, F], or with up [B, T, 2 F]
        Tensor up;
        if (block.Up is null)
            (gate, up) = gate.chunk(2, -1) is [var first, var second] ? (first, second) : throw new InvalidOperationException("gate and up are two halves");
        else
            up = block.Up.Forward(normed);
        var active = Config.Activation == Activation.Silu ? gate.silu() : gate.gelu(GELU.Approximate.tanh);
        var output = block.Down.Forward(active * up); // [B, T, D]
        return Residual(NormIfAny(output, block.PostFeedForwardNorm)).MoveToOuterDisposeScope();
    }

    /// <summary>x / sqrt(mean(x^2) + eps) * w over the last dimension (arXiv 1910.07467), the statistics in float32.</summary>
    private Tensor Norm(Tensor x, Tensor weight)
    {
        Tensor As(Tensor tensor, ScalarType dtype) => tensor.dtype == dtype ? tensor : tensor.to(dtype);
        var wide = As(x, float32);
        var normed = wide * (wide * wide).mean([-1], keepdim: true).Plus(Config.NormEpsilon).rsqrt();
        return Config.UnitOffsetNorm || Config.WideNorm ? As(normed * weight, DType) : As(normed, DType) * weight;
    }
}
