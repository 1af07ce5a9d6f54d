using System.CommandLine;
using Attribution.Worker;
using Attribution.Worker.Verbs;

var root = new RootCommand("Training-data attribution: the stages of an experiment, one verb each.");
root.Add(StoreVerb.Create());
return await VerbRunner.RunAsync(root, args);
