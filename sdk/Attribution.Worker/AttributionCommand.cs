using System.CommandLine;
using System.CommandLine.Help;
using Attribution.Worker.Verbs;

namespace Attribution.Worker;

/// <summary>The command <c>attribution</c> and its verbs.</summary>
internal static class AttributionCommand
{
    /// <summary>All verbs.</summary>
    // Not RootCommand, which takes the assembly's name as its own.
    public static Command Create() => new("attribution", "Training-data attribution: the stages of an experiment, one verb each.")
    {
        new HelpOption(),
        new VersionOption(),
        AttributeVerb.Create(),
        At2Verb.Create(),
        SelectVerb.Create(),
        BaselineVerb.Create(),
        FineTuneVerb.Create(),
        EvaluateVerb.Create(),
        CompareVerb.Create(),
        CompletionVerb.Create(),
        QueryVerb.Create(),
        ReportVerb.Create(),
        DoctorVerb.Create(),
        GenerateVerb.Create(),
        JudgeVerb.Create(),
        LogitsVerb.Create(),
        RunStageVerb.Create(),
        CheckVerb.Create(),
        ExplainVerb.Create(),
        StoreVerb.Create(),
        SubmitVerb.Create(),
        TrackVerb.Create(),
        TokenizeVerb.Create(),
        TryLockVerb.Create(),
        VerifySampleVerb.Create(),
        WatchVerb.Create(),
    };

    /// <summary>What a command line needs: a build's stages, each a process of its own, begin sooner without the other verbs.</summary>
    /// <param name="args">The command line after the program's name.</param>
    public static Command For(string[] args) => args is ["run-stage", ..] ? new("attribution") { new HelpOption(), RunStageVerb.Create() } : Create();
}
