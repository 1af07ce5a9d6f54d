using System.CommandLine;
using Attribution.Benchmarks;

var root = new RootCommand("Measurements of the project, one verb each. Run in Release.")
{
    At2Benchmark.Create(),
    GenerateBenchmark.Create(),
    DatasetBenchmark.Create(),
    TensorBenchmark.Create(),
    TokenizerBenchmark.Create(),
};
return root.Parse(args).Invoke();
