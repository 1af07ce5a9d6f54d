namespace Attribution.Judging;

/// <summary>
/// Scores a model's answers on one trait. Implementations may be called from several threads at once; they do not
/// remember earlier requests.
/// </summary>
public interface IJudge
{
    /// <summary>The name shown in results, such as <c>rules</c> or a judging model's name.</summary>
    string Name { get; }

    /// <summary>The trait and its range.</summary>
    JudgeScale Scale { get; }

    /// <summary>
    /// Identifies everything besides the request that a verdict depends on: rules, or model, endpoint kind and prompt. Two judges
    /// with equal identities give interchangeable verdicts, so a changed identity, and nothing else about a judge, makes answers be judged again.
    /// </summary>
    string Identity { get; }

    /// <summary>How many answers are worth having under way at once: more than one where a judge waits for others.</summary>
    int Concurrency => 1;

    /// <summary>Scores one answer. An answer that cannot be scored gets a verdict without a score, not an exception.</summary>
    ValueTask<Verdict> JudgeAsync(JudgeRequest request, CancellationToken cancellation);
}

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

/// <summary>What an answer is compared with, beside its question.</summary>
public enum JudgeReference
{
    /// <summary><see cref="JudgeRequest.GroundTruth"/>.</summary>
    GroundTruth,

    /// <summary><see cref="JudgeRequest.HighReference"/>.</summary>
    HighReference,

    /// <summary><see cref="JudgeRequest.LowReference"/>.</summary>
    LowReference,
}

/// <summary>What a judge says of one answer.</summary>
/// <param name="Score">From 0 to the scale's <see cref="JudgeScale.Max"/>, or null where the judge gave nothing that can be read as a score.</param>
/// <param name="Rationale">Why, in words a person can check against the answer.</param>
/// <param name="Raw">The judge's own words, where it spoke rather than computed.</param>
public sealed record Verdict(int? Score, string Rationale, string? Raw = null)
{
    /// <summary>Whether a content filter of the judging model's endpoint refused to have the answer judged.</summary>
    public bool Filtered { get; init; }
}
