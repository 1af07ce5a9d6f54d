using Attribution.Diagnostics;
using Attribution.Models.Hub;

namespace Attribution.Pipeline;

/// <summary>Told how a stage goes; the methods do nothing unless they are overridden. Called from several threads.</summary>
public class StageReporter
{
    /// <summary>Something that a person should read.</summary>
    public virtual void Message(string text)
    {
    }

    /// <summary>Something that only a person who looks for it should read.</summary>
    public virtual void Detail(string text)
    {
    }

    /// <summary>Something that is not as it should be and does not stop the stage.</summary>
    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    /// <param name="text">What is not as it should be, and what to do.</param>
    /// <param name="file">The file that it is about, if there is one.</param>
    /// <param name="row">Its 0-based row there.</param>
    public virtual void Warning(string code, string text, string? file = null, long? row = null)
    {
    }

    /// <summary>One of several errors that stop the stage; the last is thrown.</summary>
    public virtual void Error(AttributionException error)
    {
    }

    /// <summary>The one line that says what the stage did.</summary>
    public virtual void Summary(string text)
    {
    }

    /// <summary>How far the stage has come.</summary>
    /// <param name="text">Makes the text; called only if somebody wants to know.</param>
    public virtual void Progress(Func<string> text)
    {
    }

    /// <summary>The loss of a step of training.</summary>
    /// <param name="run">What is trained.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="loss">The mean of its rows' losses before the step, in nats.</param>
    public virtual void Loss(string run, long step, double loss)
    {
    }

    /// <summary>Tells how far files are fetched from the hub.</summary>
    /// <param name="what">What is fetched.</param>
    internal IProgress<HubProgress> Fetching(string what) => new ProgressCallback<HubProgress>(fetched =>
        Progress(() => $"fetching {what}: {fetched.DoneBytes / 1_000_000} of {fetched.TotalBytes / 1_000_000} MB"));
}
