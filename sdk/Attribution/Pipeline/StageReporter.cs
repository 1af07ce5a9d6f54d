using Attribution.Diagnostics;
using Attribution.Models.Hub;

namespace Attribution.Pipeline;

/// <summary>Receives the messages and the progress of a stage. The methods do nothing unless overridden. They are called from several threads.</summary>
public class StageReporter
{
    /// <summary>A message for everybody.</summary>
    public virtual void Message(string text)
    {
    }

    /// <summary>A command to the build server. All text of others in it must be escaped as the server asks.</summary>
    internal virtual void Annotation(string command)
    {
    }

    /// <summary>A detail, for readers who ask for more output.</summary>
    public virtual void Detail(string text)
    {
    }

    /// <summary>A problem that does not stop the stage.</summary>
    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    /// <param name="text">The problem, and what to do about it.</param>
    /// <param name="file">The file that the problem is in, if any.</param>
    /// <param name="row">The 0-based row of the file.</param>
    public virtual void Warning(string code, string text, string? file = null, long? row = null)
    {
    }

    /// <summary>One of several errors that stop the stage. The last one is thrown instead.</summary>
    public virtual void Error(AttributionException error)
    {
    }

    /// <summary>The summary line of a finished stage.</summary>
    public virtual void Summary(string text)
    {
    }

    /// <summary>Progress of the stage.</summary>
    /// <param name="text">Makes the text; called only if the progress is shown.</param>
    public virtual void Progress(Func<string> text)
    {
    }

    /// <summary>A step of training.</summary>
    /// <param name="run">What is trained.</param>
    /// <param name="step">The step, from 1; of a probe, the epoch.</param>
    /// <param name="value">How well the model did, in <paramref name="measure"/>.</param>
    /// <param name="measure">One of <see cref="TrainingMeasures"/>.</param>
    public virtual void Trained(string run, long step, double value, string measure)
    {
    }

    /// <summary>Reports the progress of files that are fetched from the hub.</summary>
    /// <param name="what">The name of what is fetched.</param>
    internal IProgress<HubProgress> Fetching(string what) => new ProgressCallback<HubProgress>(fetched =>
        Progress(() => $"fetching {what}: {fetched.DoneBytes / 1_000_000} of {fetched.TotalBytes / 1_000_000} MB"));
}
