using System.Text.Json.Nodes;

namespace Attribution.Models;

/// <summary>
/// The configuration that <see cref="Transformer"/> needs for a decoder-only model. A family (<c>llama</c>, <c>mistral</c>, <c>qwen2</c>, <c>qwen3</c>,
/// <c>phi3</c>, <c>gemma2</c>, <c>gemma3_text</c>, <c>olmo2</c>, <c>smollm3</c>, <c>granite</c>) is only a mapping from its <c>config.json</c> to these values
/// (<see cref="ModelConfigReader"/>).
/// </summary>
public sealed record ModelConfig
{
    /// <summary>The <c>model_type</c> of <c>config.json</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>V, the number of rows of the embedding and of the head.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>D, the width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>F, the width of the feed-forward network.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>The number of blocks; block indices are 0-based.</summary>
    public required int BlockCount { get; init; }

    /// <summary>H, the number of query heads.</summary>
    public required int HeadCount { get; init; }

    /// <summary>K, the number of key/value heads; each serves H / K query heads.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>d, the width of one head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>The number added to the mean square in every RMS norm.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>The length in tokens of the longest sequence that the model supports.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Whether the head is the embedding.</summary>
    public required bool TieWordEmbeddings { get; init; }

    /// <summary>The activation of the feed-forward gate.</summary>
    public required Activation Activation { get; init; }

    /// <summary>The dtype that the weights were published in (<c>float32</c>, <c>bfloat16</c>, <c>float16</c>); null if the file does not say.</summary>
    public string? DataType { get; init; }

    /// <summary>Whether the query, key and value projections have biases.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Whether attention's output projection has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the feed-forward projections have biases.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Whether one <c>qkv_proj</c> and one <c>gate_up_proj</c> replace three and two matrices.</summary>
    public bool FusedProjections { get; init; }

    /// <summary>Whether RMS norms are applied to queries and keys before the rotation.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Whether RMS norms multiply by (1 + weight) instead of the weight.</summary>
    public bool UnitOffsetNorm { get; init; }

    /// <summary>Whether the outputs of attention and of the feed-forward network are normed before they are added to the residual stream.</summary>
    public bool PostNorms { get; init; }

    /// <summary>Whether the stream is normed before attention and before the feed-forward network; false for OLMo 2, which norms only the outputs.</summary>
    public bool PreNorms { get; init; } = true;

    /// <summary>With <see cref="QueryKeyNorm"/>: whether there is one norm over all heads' queries and one over all keys, instead of one per head.</summary>
    public bool WholeQueryKeyNorm { get; init; }

    /// <summary>Whether RMS norms multiply by the weight in float32 and round once, as norms with <see cref="UnitOffsetNorm"/> do.</summary>
    public bool WideNorm { get; init; }

    /// <summary>The cap c of attention scores, which become c tanh(s / c) before the mask; null for no cap.</summary>
    public double? AttentionSoftCap { get; init; }

    /// <summary>The cap c of logits, which become c tanh(l / c); null for no cap.</summary>
    public double? LogitSoftCap { get; init; }

    /// <summary>The factor of the embeddings.</summary>
    public double EmbeddingMultiplier { get; init; } = 1;

    /// <summary>The factor of the outputs of attention and of the feed-forward network before they are added to the residual stream.</summary>
    public double ResidualMultiplier { get; init; } = 1;

    /// <summary>The number that logits are divided by.</summary>
    public double LogitDivisor { get; init; } = 1;

    /// <summary>For each block, whether queries and keys are rotated; null if they are in every block.</summary>
    public IReadOnlyList<bool>? RotatedBlocks { get; init; }

    /// <summary>Whether blocks and head are Llama's, apart from biases, windows and rotary scaling.</summary>
    internal bool IsPlain => this is
    {
        UnitOffsetNorm: false, WideNorm: false, QueryKeyNorm: false, PostNorms: false, PreNorms: true, AttentionSoftCap: null, LogitSoftCap: null,
        ResidualMultiplier: 1, LogitDivisor: 1, RotatedBlocks: null,
        Activation: Activation.Silu,
    };

    /// <summary>Whether embeddings are multiplied by sqrt(D), rounded to the dtype of the embedding.</summary>
    public bool ScaledEmbeddings { get; init; }

    /// <summary>The number whose square root attention scores are divided by; <see cref="HeadSize"/> in most families.</summary>
    public required double QueryScalar { get; init; }

    /// <summary>The rotary embedding of blocks without a sliding window.</summary>
    public required RotaryConfig Rotary { get; init; }

    /// <summary>The rotary embedding of blocks with a sliding window.</summary>
    public required RotaryConfig WindowRotary { get; init; }

    /// <summary>For each block, the number of positions that a token sees, itself included; null if it sees all tokens before it.</summary>
    public required IReadOnlyList<int?> SlidingWindows { get; init; }

    /// <summary>The token that begins a text; null if the file names none.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>The tokens that end a text; empty if the file names none.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>The <c>config.json</c>, which is written again when the model is saved.</summary>
    public required JsonObject Source { get; init; }

    /// <summary>Reads the <c>config.json</c> of a model's folder.</summary>
    /// <exception cref="Diagnostics.AttributionException">The file is missing or malformed, or requires something that changes the numbers and is not
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

/// <summary>How a rotary position embedding computes its angles; see <see cref="RotaryEmbedding"/> for the equations.</summary>
/// <param name="Theta">The base of the frequencies.</param>
/// <param name="Dimensions">The number of leading components of each head that are rotated (all of them unless the rotation is partial); even.</param>
/// <param name="Scaling">The scaling of the frequencies for contexts longer than those of the first training.</param>
public sealed record RotaryConfig(double Theta, int Dimensions, RotaryScaling Scaling);

/// <summary>The rotary scalings that published models use, by their <c>rope_type</c>.</summary>
public abstract record RotaryScaling
{
    private RotaryScaling() { }

    /// <summary><c>default</c>: no scaling.</summary>
    public sealed record None : RotaryScaling;

    /// <summary><c>linear</c>: every frequency divided by <paramref name="Factor"/>.</summary>
    public sealed record Linear(double Factor) : RotaryScaling;

    /// <summary><c>llama3</c>: low frequencies are divided by <paramref name="Factor"/>, high ones kept, and those between interpolated.</summary>
    public sealed record Llama3(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalMaxPositions) : RotaryScaling;

    /// <summary>
    /// <c>longrope</c> (arXiv 2402.13753): each frequency is divided by a factor of its own, from one list for sequences of up to
    /// <paramref name="OriginalMaxPositions"/> tokens and from another for longer ones; cosines and sines are multiplied by <paramref name="AttentionFactor"/>.
    /// </summary>
    public sealed record LongRope(
        IReadOnlyList<double> ShortFactors, IReadOnlyList<double> LongFactors, int OriginalMaxPositions, double AttentionFactor) : RotaryScaling;
}
