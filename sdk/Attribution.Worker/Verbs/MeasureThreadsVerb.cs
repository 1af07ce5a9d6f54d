using System.CommandLine;
using Attribution.Worker.Backends;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution measure-threads</c>: the child's part of measuring the thread setting; not for people.</summary>
public static class MeasureThreadsVerb
{
    /// <summary>The verb's name.</summary>
    public const string Name = "measure-threads";

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var threads = new Argument<int>("threads");
        var passive = new Argument<bool>("passive");
        var verb = new Command(Name) { threads, passive };
        verb.Hidden = true;
        verb.SetAction(parsed => TorchBackend.MeasureThreads(parsed.GetValue(threads), parsed.GetValue(passive)));
        return verb;
    }
}
