using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

// Notes every start in starts.log of the project, and makes of a stage's request and of what it reads a file in the store, one in out/, and the
// notes that the build goes by. A file `worker.does` in the project, such as `FineTune crash`, makes a stage misbehave.
if (args[0] == "check")
    return 0;
File.AppendAllText("starts.log", $"{(args[0] == "run-stage" ? args[1] : args[0])}\n");
return args[0] switch
{
    "explain" => Explain(args),
    "submit" => Real(args),
    "run-stage" => RunStage(args[1], args[3], args.Contains("--accept-snapshot")),
    _ => 2,
};

// What talks to a cluster is the worker's own.
static int Real(string[] args)
{
    using var worker = System.Diagnostics.Process.Start("dotnet", [File.ReadAllText("worker.real"), .. args]);
    worker.WaitForExit();
    return worker.ExitCode;
}

static int Explain(string[] args)
{
    var request = File.ReadAllText(Path.Combine(args[2], "SelectTrainingData.request.json"));
    Console.WriteLine($"SelectTrainingData would take {JsonNode.Parse(request)!["topK"]![0]} rows; state in {args[4]}");
    return 0;
}

static int RunStage(string stage, string requestFile, bool accept)
{
    if (File.Exists("worker.does") && File.ReadAllText("worker.does").Split() is [var name, var deed, ..] && name == stage)
        switch (deed)
        {
            case "crash":
                Console.Error.WriteLine("terminate called after throwing an instance of 'std::bad_alloc'");
                return 134;
            case "error":
                Console.WriteLine(
                    """{"kind":"error","code":"ATTR1301","text":"The row has no assistant turn.","file":"data/pool.jsonl","row":4,"property":"messages"}""");
                return 1;
            case "warn":
                Console.WriteLine("a native library talks");
                Console.WriteLine("""{"kind":"warning","code":"ATTR1801","text":"An artifact was damaged; it is computed again."}""");
                break;
            case "progress":
                // For longer than a logger takes to draw what it was told.
                Say("progress", "390 of 780 blocks, 31 rows/s");
                Thread.Sleep(300);
                break;
            case "stubborn":
                using (System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, signal =>
                    signal.Cancel = true))
                {
                    File.WriteAllText("worker.pid", $"{Environment.ProcessId}");
                    Thread.Sleep(TimeSpan.FromMinutes(5));
                }
                break;
            case "pause":
                File.WriteAllText("worker.pid", $"{Environment.ProcessId}");
                while (File.Exists("worker.does"))
                    Thread.Sleep(20);
                break;
            case "sleep":
                File.WriteAllText("worker.pid", $"{Environment.ProcessId}");
                Thread.Sleep(TimeSpan.FromMinutes(5));
                break;
        }

    var request = JsonNode.Parse(File.ReadAllText(requestFile))!.AsObject();
    var (state, store) = ((string)request["state"]!, (string)request["store"]!);
    request.Remove("execution");
    if (stage == "SelectTrainingData")
        File.AppendAllText("topk.log", $"{request["topK"]!.ToJsonString()}\n");
    var read = new StringBuilder(stage == "ImportDatasets" ? "" : request.ToJsonString());
    // The report is written of what there is.
    foreach (var upstream in request["upstream"]!.AsArray().Select(u => Path.Combine(state, $"{u}.result.json")).Where(f =>
        stage != "Report" || File.Exists(f)))
        read.Append(File.ReadAllText(upstream));
    if (stage == "ImportDatasets")
        foreach (var dataset in request["train"]!.AsArray().Concat(request["eval"]!.AsArray()))
            read.Append(File.ReadAllText((string)dataset!["path"]!));

    var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(read.ToString())));
    var artifact = Path.Combine(store, stage, hash);
    var isThere = File.Exists(artifact);
    WriteIfDifferent(artifact, hash);
    WriteIfDifferent(Path.Combine("out", stage), hash);
    List<string> files = [artifact, $"out/{stage}"];
    if (stage == "CollectMetrics")
    {
        WriteIfDifferent("out/summary.txt", "run   precision@k\nbest  0.25\n");
        files.Add("out/summary.txt");
    }
    if (stage == "VerifySnapshot")
        WriteIfDifferent(Path.Combine(state, "VerifySnapshot.verdict.json"), "{}");
    if (stage == "Report")
    {
        WriteIfDifferent("out/report.html", hash);
        files.Add("out/report.html");
    }
    if (stage == "VerifySnapshot" && accept)
        WriteIfDifferent("snapshots/metrics.verified.json", hash);
    if (stage == "VerifySnapshot" && File.Exists("snapshots/metrics.verified.json"))
        files.Add("snapshots/metrics.verified.json");
    WriteIfDifferent(Path.Combine(state, $"{stage}.result.json"), hash);
    WriteIfDifferent(Path.Combine(state, $"{stage}.files"), string.Join('\n', files) + "\n");
    Say("summary", isThere ? "from store" : "ran 2 of 3 jobs, 0.1 s");
    return 0;
}

static void WriteIfDifferent(string path, string text)
{
    if (File.Exists(path) && File.ReadAllText(path) == text)
        return;
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    File.WriteAllText(path, text);
}

static void Say(string kind, string text) => Console.WriteLine(new JsonObject { ["kind"] = kind, ["text"] = text }.ToJsonString());
