namespace Attribution.Worker.Stages.Requests;

/// <summary>What a stage that runs the model is told.</summary>
internal abstract record ModelSettings : StageSettings
{
    /// <summary>A folder, or a Hugging Face id.</summary>
    public required string Model { get; init; }

    /// <summary><c>float32</c> or <c>bfloat16</c>; what the model was published in if null.</summary>
    public string? Dtype { get; init; }

    /// <summary>How many tokens of a conversation are kept, the last ones.</summary>
    public int MaxTokens { get; init; } = Tokenization.ConversationEncoder.DefaultMaxTokens;

    /// <summary>Where and how; never part of a fingerprint.</summary>
    public ExecutionSettings Execution { get; init; } = new();
}

/// <summary>Where and how a model runs.</summary>
/// <param name="Device"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; the first CUDA device if there is one, else the CPU, if null.</param>
/// <param name="TokenBudget">How many padded tokens one pass runs together.</param>
internal sealed record ExecutionSettings(string? Device = null, int? TokenBudget = null);
