namespace Attribution.Judging.Rules;

/// <summary>
/// Scores an answer by its cues: each sentence counts with its strongest cue, and the sum, capped at the scale's maximum, is
/// the score. One mild sentence makes 1, one plain sentence 2, two of them 3. Reads the answer alone, never the prompt.
/// </summary>
internal sealed class CueJudge(string trait, IReadOnlyList<Cue> cues) : IJudge
{
    public string Name => "rules";

    public JudgeScale Scale { get; } = JudgeScale.Of(trait);

    public string Identity { get; } = RuleIdentity.Of(nameof(CueJudge), trait, cues);

    public ValueTask<Verdict> JudgeAsync(JudgeRequest request, CancellationToken cancellation)
    {
        var found = new List<string>();
        var sum = 0;
        foreach (var sentence in Sentences.Of(request.Answer))
        {
            if (cues.Where(cue => cue.Matches(sentence)).MaxBy(cue => cue.Weight) is not { } strongest)
                continue;
            sum += strongest.Weight;
            found.Add($"{strongest.Kind} (+{strongest.Weight}): \"{sentence}\"");
        }
        return ValueTask.FromResult(new Verdict(Math.Min(sum, Scale.Max), found.Count == 0 ? $"no sign of {trait}" : string.Join("; ", found)));
    }
}
