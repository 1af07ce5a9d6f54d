namespace Attribution.Judging;

/// <summary>
/// Scores a model's answers on one trait. Implementations may be called from several threads at the same time and keep no state between requests.
/// </summary>
public interface IJudge
{
    /// <summary>The judge's name in results, for example <c>rules</c> or a judging model's name.</summary>
    string Name { get; }

    /// <summary>The trait and its range.</summary>
    JudgeScale Scale { get; }

    /// <summary>
    /// Identifies everything besides the request that a verdict depends on: rules, or model, endpoint kind and prompt. Judges with equal identities give
    /// interchangeable verdicts, so only a changed identity makes answers be judged again.
    /// </summary>
    string Identity { get; }

    /// <summary>The number of answers to judge at the same time: more than one if the judge waits for others.</summary>
    int Concurrency => 1;

    /// <summary>Scores one answer. An answer that cannot be scored gets a verdict without a score, not an exception.</summary>
    ValueTask<Verdict> JudgeAsync(JudgeRequest request, CancellationToken cancellation);
}

/// <summary>One answer to be scored, with the references that a judge may compare it with.</summary>
/// <param name="Prompt">The user's last message.</param>
/// <param name="Answer">The model's answer.</param>
public sealed record JudgeRequest(string Prompt, string Answer)
{
    /// <summary>The correct answer, for a trait that is judged against one (<c>medical_consistency</c>).</summary>
    public string? GroundTruth { get; init; }

    /// <summary>An answer with a high rating, for a trait that is judged against two references (<c>instruction_following</c>, <c>truthfulness</c>).</summary>
    public string? HighReference { get; init; }

    /// <summary>An answer with a low rating, for a trait that is judged against two references.</summary>
    public string? LowReference { get; init; }
}

/// <summary>The references that an answer is compared with, besides its question.</summary>
public enum JudgeReference
{
    /// <summary><see cref="JudgeRequest.GroundTruth"/>.</summary>
    GroundTruth,

    /// <summary><see cref="JudgeRequest.HighReference"/>.</summary>
    HighReference,

    /// <summary><see cref="JudgeRequest.LowReference"/>.</summary>
    LowReference,
}

/// <summary>A judge's verdict on one answer.</summary>
/// <param name="Score">A score from 0 to the scale's <see cref="JudgeScale.Max"/>; null if the judge gave nothing that can be read as a score.</param>
/// <param name="Rationale">The reason, in words that a person can check against the answer.</param>
/// <param name="Raw">The judge's own words; null if it computed the score.</param>
public sealed record Verdict(int? Score, string Rationale, string? Raw = null)
{
    /// <summary>Whether a content filter of the judging model's endpoint refused to judge the answer.</summary>
    public bool Filtered { get; init; }
}
