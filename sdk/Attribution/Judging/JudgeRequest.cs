namespace Attribution.Judging;

/// <summary>One answer to be scored, and what a judge may compare it with.</summary>
/// <param name="Prompt">The user's last message.</param>
/// <param name="Answer">What the model answered.</param>
public sealed record JudgeRequest(string Prompt, string Answer)
{
    /// <summary>The correct answer, where the trait is judged against one (<c>medical_consistency</c>).</summary>
    public string? GroundTruth { get; init; }

    /// <summary>An answer rated high, where the trait is judged against two (<c>instruction_following</c>, <c>truthfulness</c>).</summary>
    public string? HighReference { get; init; }

    /// <summary>An answer rated low, where the trait is judged against two.</summary>
    public string? LowReference { get; init; }
}
