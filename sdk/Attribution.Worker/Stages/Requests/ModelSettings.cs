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

    /// <summary>Whose loss counts: <c>last_turn</c> or <c>all_turns</c>; the last turn's if null. Vectors and fine-tuning read it.</summary>
    public string? Loss { get; init; }

    /// <summary>A chat template instead of the model's own: the name of a shipped one, or a file; the model's own if null.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Where and how; never part of a fingerprint.</summary>
    public ExecutionSettings Execution { get; init; } = new();
}

/// <summary>Where and how a model runs.</summary>
/// <param name="Device"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; the first CUDA device if there is one, else the CPU, if null.</param>
/// <param name="TokenBudget">How many padded tokens one pass runs together.</param>
internal sealed record ExecutionSettings(string? Device = null, int? TokenBudget = null);
