using System.CommandLine;

var root = new RootCommand("Training-data attribution: the stages of an experiment, one verb each.");
return root.Parse(args).Invoke();
