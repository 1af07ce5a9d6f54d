using System.CommandLine;
using Attribution.Worker;
using Attribution.Worker.Verbs;

var root = new RootCommand("Training-data attribution: the stages of an experiment, one verb each.")
{
    DoctorVerb.Create(),
    ProvisionVerb.Create(),
};
return await VerbRunner.RunAsync(root, args);
