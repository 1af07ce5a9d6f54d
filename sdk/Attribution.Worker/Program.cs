using System.CommandLine;
using System.CommandLine.Help;
using Attribution.Data.Store;
using Attribution.Worker;
using Attribution.Worker.Verbs;

StopDeadline.Arm();
StoreFiles.OfThisMachine.TryFromOtherProcess = TryLockVerb.TryFromOtherProcess;

// Not RootCommand, which takes the assembly's name as its own.
var root = new Command("attribution", "Training-data attribution: the stages of an experiment, one verb each.")
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
return await VerbRunner.RunAsync(root, args);
