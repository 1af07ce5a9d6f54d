using System.CommandLine;
using Attribution.Benchmarks;
using Attribution.Benchmarks.Attribution;

var root = new RootCommand("Measurements of the project, one verb each. Run in Release.")
{
    At2Benchmark.Create(),
    AttributionBenchmark.Create(),
    FineTuneBenchmark.Create(),
    GenerateBenchmark.Create(),
    RetrievalBenchmark.Create(),
    JudgeBenchmark.Create(),
    DatasetBenchmark.Create(),
    VectorTableBenchmark.Create(),
    TokenizerBenchmark.Create(),
    SelectionBenchmark.Create(),
    StoreBenchmark.Create(),
    NoopBenchmark.Create(),
    GpuBenchmark.Create(),
};
return root.Parse(args).Invoke();
