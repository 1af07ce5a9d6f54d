using Attribution.Judging;

namespace MyExperiment;

/// <summary>Enthusiasm, as far as exclamation marks show it.</summary>
public sealed class Exclamations : IJudge
{
    public string Name => "exclamations";

    public JudgeScale Scale { get; } = new("enthusiasm", 3);

    // A changed identity has answers judged again.
    public string Identity => "exclamation marks, version 1";

    public ValueTask<Verdict> JudgeAsync(JudgeRequest request, CancellationToken cancellation)
    {
        var marks = request.Answer.Count(c => c == '!');
        return ValueTask.FromResult(new Verdict(Math.Min(marks, Scale.Max), $"{marks} exclamation marks"));
    }
}
