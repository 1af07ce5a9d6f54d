using System.CommandLine;

var root = new RootCommand("Measurements of the project, one verb each. Run in Release.");
return root.Parse(args).Invoke();
