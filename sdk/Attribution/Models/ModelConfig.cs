using System.Text.Json.Nodes;

namespace Attribution.Models;

/// <summary>
/// What <see cref="Transformer"/> needs to know of a decoder-only model: a family (<c>llama</c>, <c>mistral</c>, <c>qwen2</c>, <c>qwen3</c>,
/// <c>phi3</c>, <c>gemma2</c>, <c>gemma3_text</c>, <c>olmo2</c>, <c>smollm3</c>, <c>granite</c>) is nothing but a mapping of its <c>config.json</c> to these
/// values (<see cref="ModelConfigReader"/>).
/// </summary>
public sealed record ModelConfig
{
    /// <summary>The <c>model_type</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>Rows of the embedding and of the head.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>D, the width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward network.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>How many blocks there are; block indices are 0-based.</summary>
    public required int BlockCount { get; init; }

    /// <summary>H, the query heads.</summary>
    public required int HeadCount { get; init; }

    /// <summary>K, the key/value heads; each serves H / K query heads.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>d, the width of one head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Added to the mean square in every RMS norm.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>The longest sequence that the model is made for.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Whether the head is the embedding itself.</summary>
    public required bool TieWordEmbeddings { get; init; }

    /// <summary>The activation of the feed-forward gate.</summary>
    public required Activation Activation { get; init; }

    /// <summary>The dtype that the weights were published in (<c>float32</c>, <c>bfloat16</c>, <c>float16</c>), if the file says.</summary>
    public string? DataType { get; init; }

    /// <summary>Biases on the query, key and value projections.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>A bias on attention's output projection.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Biases on the feed-forward projections.</summary>
    public bool MlpBias { get; init; }

    /// <summary>One <c>qkv_proj</c> and one <c>gate_up_proj</c> instead of three and two matrices.</summary>
    public bool FusedProjections { get; init; }

    /// <summary>RMS norms on each head's query and key, before the rotation.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>RMS norms multiply by (1 + weight), not by the weight.</summary>
    public bool UnitOffsetNorm { get; init; }

    /// <summary>Attention's and the feed-forward network's outputs are normed too, before they join the residual stream.</summary>
    public bool PostNorms { get; init; }

    /// <summary>The stream is normed before attention and before the feed-forward network; without (OLMo 2) the outputs alone are.</summary>
    public bool PreNorms { get; init; } = true;

    /// <summary>With <see cref="QueryKeyNorm"/>: one norm over all heads' queries, and one over all keys, instead of one per head.</summary>
    public bool WholeQueryKeyNorm { get; init; }

    /// <summary>RMS norms multiply by the weight in float32 and round once, as those with <see cref="UnitOffsetNorm"/> do.</summary>
    public bool WideNorm { get; init; }

    /// <summary>c of attention scores that become c tanh(s / c) before the mask; null for scores as they are.</summary>
    public double? AttentionSoftCap { get; init; }

    /// <summary>c of logits that become c tanh(l / c); null for logits as they are.</summary>
    public double? LogitSoftCap { get; init; }

    /// <summary>Embeddings are multiplied by this.</summary>
    public double EmbeddingMultiplier { get; init; } = 1;

    /// <summary>What attention and the feed-forward network give is multiplied by this before it joins the residual stream.</summary>
    public double ResidualMultiplier { get; init; } = 1;

    /// <summary>Logits are divided by this.</summary>
    public double LogitDivisor { get; init; } = 1;

    /// <summary>Per block, whether queries and keys are rotated at all; null where they are in every block.</summary>
    public IReadOnlyList<bool>? RotatedBlocks { get; init; }

    /// <summary>Whether blocks and head are Llama's but for biases, windows and rotary scaling.</summary>
    internal bool IsPlain => this is
    {
        UnitOffsetNorm: false, WideNorm: false, QueryKeyNorm: false, PostNorms: false, PreNorms: true, AttentionSoftCap: null, LogitSoftCap: null,
        ResidualMultiplier: 1, LogitDivisor: 1, RotatedBlocks: null,
        Activation: Activation.Silu,
    };

    /// <summary>Embeddings are multiplied by sqrt(D), rounded to the dtype of the embedding.</summary>
    public bool ScaledEmbeddings { get; init; }

    /// <summary>Attention scores are divided by the square root of this; <see cref="HeadSize"/> in most families.</summary>
    public required double QueryScalar { get; init; }

    /// <summary>The rotary embedding of blocks that attend to everything.</summary>
    public required RotaryConfig Rotary { get; init; }

    /// <summary>The rotary embedding of blocks with a sliding window.</summary>
    public required RotaryConfig WindowRotary { get; init; }

    /// <summary>Per block, how many positions a token sees, itself included; null where it sees all before it.</summary>
    public required IReadOnlyList<int?> SlidingWindows { get; init; }

    /// <summary>The token that begins a text, if the file names one.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>The tokens that end a text; empty where the file names none.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>The <c>config.json</c> itself, written out again when the model is saved.</summary>
    public required JsonObject Source { get; init; }

    /// <summary>Reads <c>config.json</c> in a model's folder.</summary>
    /// <exception cref="Diagnostics.AttributionException">The file is missing or malformed, or asks for something that would change the numbers and is not
    /// implemented.</exception>
    public static ModelConfig Load(string folder) => ModelConfigReader.Read(Path.Combine(folder, "config.json"));
}

/// <summary>The gate's activation in the feed-forward network.</summary>
public enum Activation
{
    /// <summary>x * sigmoid(x).</summary>
    Silu,

    /// <summary>The tanh approximation of GELU.</summary>
    GeluTanh,
}

/// <summary>How a rotary position embedding derives its angles; see <see cref="RotaryEmbedding"/> for the equations.</summary>
/// <param name="Theta">The base of the frequencies.</param>
/// <param name="Dimensions">How many leading components of each head are rotated (all of them unless the rotation is partial); even.</param>
/// <param name="Scaling">How the frequencies are scaled for contexts longer than the model was first trained on.</param>
public sealed record RotaryConfig(double Theta, int Dimensions, RotaryScaling Scaling);

/// <summary>The rotary scalings that published models use, by their <c>rope_type</c>.</summary>
public abstract record RotaryScaling
{
    private RotaryScaling() { }

    /// <summary><c>default</c>: none.</summary>
    public sealed record None : RotaryScaling;

    /// <summary><c>linear</c>: every frequency divided by <paramref name="Factor"/>.</summary>
    public sealed record Linear(double Factor) : RotaryScaling;

    /// <summary><c>llama3</c>: low frequencies divided by <paramref name="Factor"/>, high ones kept, those between interpolated.</summary>
    public sealed record Llama3(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalMaxPositions) : RotaryScaling;

    /// <summary>
    /// <c>longrope</c> (arXiv 2402.13753): each frequency divided by its own factor, from one list for sequences of up to
    /// <paramref name="OriginalMaxPositions"/> tokens and from another for longer ones; cosines and sines times <paramref name="AttentionFactor"/>.
    /// </summary>
    public sealed record LongRope(
        IReadOnlyList<double> ShortFactors, IReadOnlyList<double> LongFactors, int OriginalMaxPositions, double AttentionFactor) : RotaryScaling;
}
