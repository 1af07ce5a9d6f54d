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
