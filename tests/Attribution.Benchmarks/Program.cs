using System.CommandLine;
using Attribution.Benchmarks;

var root = new RootCommand("Measurements of the project, one verb each. Run in Release.")
{
    DatasetBenchmark.Create(),
    TensorBenchmark.Create(),
};
return root.Parse(args).Invoke();
