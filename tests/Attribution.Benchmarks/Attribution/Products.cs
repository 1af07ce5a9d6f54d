using Attribution.Models;
using Attribution.Models.Lora;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Benchmarks.Attribution;

/// <summary>The matrix products of one of our passes and nothing else of it, with their floating-point operations.</summary>
internal sealed class Products(ModelConfig config, ScalarType dtype, Device device)
{
    private readonly List<(long Batch, long M, long K, long N)> _products = [];
    private readonly Dictionary<(long, long, long), Tensor> _operands = [];

    public double Flops => _products.Sum(p => 2.0 * p.Batch * p.M * p.K * p.N);

    /// <summary>Adds a pass over a batch.</summary>
    /// <param name="sequences">The batch.</param>
    /// <param name="forward">How many blocks run.</param>
    /// <param name="backward">The lowest block that is differentiated; null without a loss.</param>
    /// <param name="projected">Whether gradients of weights are projected to this many numbers a side.</param>
    public void Add(IReadOnlyList<TokenSequence> sequences, int forward, int? backward, int projected = 0)
    {
        var (tokens, targets) = (sequences.Sum(s => s.Length), sequences.Sum(s => s.TargetCount));
        for (var block = 0; block < forward; block++)
        {
            // In the deepest block of all, what no prediction reads is not computed.
            var last = backward is not null && block == config.BlockCount - 1 ? targets : tokens;
            Block(sequences, tokens, last, backward: false);
            if (block < backward)
                continue;
            if (backward is not null)
                Block(sequences, tokens, last, backward: true);
            if (projected > 0)
                foreach (var (part, linears) in Linears().Index())
                    foreach (var (inputs, outputs) in linears)
                    {
                        var rows = part == 0 ? tokens : last;
                        _products.AddRange([(1, rows, inputs, projected), (1, rows, outputs, projected)]);
                        _products.AddRange(sequences.Select(s =>
                            (1L, (long)projected, (long)(part == 0 || last == tokens ? s.Length : s.TargetCount), (long)projected)));
                    }
        }
        if (backward is not null)
            for (var left = (long)targets; left > 0; left -= Chunk)
                _products.AddRange([(1, Math.Min(Chunk, left), config.HiddenSize, config.VocabularySize),
                    (1, Math.Min(Chunk, left), config.VocabularySize, config.HiddenSize)]);
    }

    /// <summary>Adds a step of fine-tuning a low-rank adapter on a padded batch.</summary>
    public void AddAdapted(IReadOnlyList<TokenSequence> sequences, LoraConfig lora)
    {
        var (length, targets) = (sequences.Max(s => s.Length), sequences.Sum(s => s.TargetCount));
        var tokens = (long)length * sequences.Count;
        TokenSequence[] padded = [.. sequences.Select(s => s with { Ids = [.. Enumerable.Repeat(0, length)], Keep = [.. Enumerable.Repeat(true, length)] })];
        string[][] names = [["q_proj", "k_proj", "v_proj"], ["o_proj", "gate_proj", "up_proj", "down_proj"]];
        for (var block = 0; block < config.BlockCount; block++)
        {
            Block(padded, tokens, tokens, backward: false);
            Block(padded, tokens, tokens, backward: true);
            foreach (var (part, linears) in Linears().Index())
                foreach (var (i, (inputs, outputs)) in linears.Index())
                    if (lora.TargetModules.Contains(names[part][i]))
                        // A x and B (A x); back through both; and the gradients of A and B.
                        _products.AddRange([(1, tokens, inputs, lora.Rank), (1, tokens, lora.Rank, outputs), (1, tokens, outputs, lora.Rank),
                            (1, tokens, lora.Rank, inputs),
                            (1, lora.Rank, tokens, inputs), (1, outputs, tokens, lora.Rank)]);
        }
        _products.AddRange([(1, targets, config.HiddenSize, config.VocabularySize), (1, targets, config.VocabularySize, config.HiddenSize)]);
    }

    /// <summary>Runs them all.</summary>
    public void Run()
    {
        using var none = no_grad();
        foreach (var (batch, m, k, n) in _products)
        {
            using var product = batch == 1 ? MatrixProduct.Of(Operand(1, m, k)[0], Operand(1, k, n)[0])
                : MatrixProduct.Batched(Operand(batch, m, k), Operand(batch, k, n));
        }
    }

    private long Chunk => Math.Max(1, AnswerLoss.ChunkElements(device) / config.VocabularySize);

    private void Block(IReadOnlyList<TokenSequence> sequences, long all, long some, bool backward)
    {
        foreach (var (part, linears) in Linears().Index())
            foreach (var (inputs, outputs) in linears)
                _products.Add(backward ? (1, part == 0 ? all : some, outputs, inputs) : (1, part == 0 ? all : some, inputs, outputs));
        foreach (var length in sequences.Select(s => (long)s.Length))
        {
            var (heads, queries, d) = ((long)config.KeyValueHeadCount, (long)config.HeadCount / config.KeyValueHeadCount * length, (long)config.HeadSize);
            _products.AddRange([(heads, queries, d, length), (heads, queries, length, d)]);
            if (backward)
                _products.AddRange([(heads, length, queries, d), (heads, length, queries, d)]);
        }
    }

    // In and out: of queries, keys and values; of what comes after attention.
    private (long In, long Out)[][] Linears()
    {
        var (d, q, k, f) = ((long)config.HiddenSize, (long)config.HeadCount * config.HeadSize, (long)config.KeyValueHeadCount * config.HeadSize,
            (long)config.IntermediateSize);
        return [[(d, q), (d, k), (d, k)], [(q, d), (d, f), (d, f), (f, d)]];
    }

    private Tensor Operand(long batch, long rows, long columns)
    {
        if (!_operands.TryGetValue((batch, rows, columns), out var operand))
            _operands.Add((batch, rows, columns), operand = (randn([batch, rows, columns], float32, device) * 0.02).to(dtype).DetachFromDisposeScope());
        return operand;
    }
}
