using System.CommandLine;
using Attribution.Worker;
using Attribution.Worker.Backends;
using Attribution.Worker.Verbs;

TorchBackend.Start();

var root = new RootCommand("Training-data attribution: the stages of an experiment, one verb each.")
{
    AttributeVerb.Create(),
    At2Verb.Create(),
    SelectVerb.Create(),
    FineTuneVerb.Create(),
    EvaluateVerb.Create(),
    DoctorVerb.Create(),
    GenerateVerb.Create(),
    LogitsVerb.Create(),
    ProvisionVerb.Create(),
    MeasureThreadsVerb.Create(),
    RunStageVerb.Create(),
    ExplainVerb.Create(),
    StoreVerb.Create(),
    TokenizeVerb.Create(),
};
return await VerbRunner.RunAsync(root, args);
