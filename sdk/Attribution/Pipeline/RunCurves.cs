using System.Text.Json;
using Attribution.FineTuning;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.TensorBoard;

namespace Attribution.Pipeline;

/// <summary>A run for TensorBoard: the curves of its training, and its metrics before and after.</summary>
internal static class RunCurves
{
    /// <summary>The folder below <c>out/</c> with the event files.</summary>
    public const string Folder = "tensorboard";

    /// <summary>The prefix of the name of a setting that is written as a curve of one point.</summary>
    public const string SettingTag = "settings/";

    /// <summary>The suffix of a base model's metric.</summary>
    public const string Before = "_before";

    /// <summary>The curves of a run.</summary>
    /// <param name="metrics">The run's metrics. A metric of the base model (<c>…_before</c>) is the point at step 0 of the metric's curve.</param>
    /// <param name="training">The steps of the run's training; empty for the base model.</param>
    public static IEnumerable<ScalarPoint> Of(RunMetrics metrics, IReadOnlyList<TrainingStep> training)
    {
        // `wandb sync` reads scalars but no settings.
        foreach (var (name, value) in metrics.Settings)
            if (value?.GetValueKind() == JsonValueKind.Number)
                yield return new(0, $"{SettingTag}{name}", value.Deserialize<double>());
        var last = training.Count == 0 ? 0 : training[^1].Step;
        if (last > 0)
            foreach (var (name, value) in metrics.Metrics)
                if (name.EndsWith(Before, StringComparison.Ordinal) && value is { } before)
                    yield return new(0, Tag(name[..^Before.Length]), before);
        foreach (var step in training)
        {
            yield return new(step.Step, "train/loss", step.Loss);
            yield return new(step.Step, "train/learning_rate", step.LearningRate);
            yield return new(step.Step, "train/gradient_norm", step.GradientNorm);
        }
        foreach (var (name, value) in metrics.Metrics)
            if (!name.EndsWith(Before, StringComparison.Ordinal) && value is { } after)
                yield return new(last, Tag(name), after);
    }

    /// <summary>The time of each step, in seconds since 1970: the steps divide the time that the training took into equal parts.</summary>
    /// <param name="training">The training's steps.</param>
    /// <param name="ended">When it ended, in UTC.</param>
    /// <param name="seconds">How long it took.</param>
    public static Func<long, double> Times(IReadOnlyList<TrainingStep> training, DateTime ended, double seconds)
    {
        var end = (ended - DateTime.UnixEpoch).TotalSeconds;
        var last = training.Count == 0 ? 0 : training[^1].Step;
        return step => last == 0 ? end : end - seconds * (1 - (double)step / last);
    }

    private static string Tag(string metric) => $"metrics/{metric}";
}
