using System.CommandLine;
using Attribution.Worker;

var root = new RootCommand("Training-data attribution: the stages of an experiment, one verb each.");
return await VerbRunner.RunAsync(root, args);
