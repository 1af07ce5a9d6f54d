using System.Net;
using System.Net.Sockets;
using System.Text;
using Attribution.Diagnostics;
using Attribution.Tests.Data.Store;
using Attribution.Worker.Tests.Stages;
using Attribution.Worker.Tests.Stages.Context;

namespace Attribution.Worker.Tests.Checks;

/// <summary>
/// Typical mistakes, which are known before anything is computed. Misspelled properties and methods, and files that are not there, are known to the build
/// itself (ProjectErrorTests).
/// </summary>
public sealed class MistakeTests : IDisposable
{
    private readonly TestExperiment _experiment = new TestExperiment().WithData(80);

    public void Dispose() => _experiment.Dispose();

    [Fact]
    public void Nothing_is_wrong_with_an_experiment_that_is_right() => Check().ShouldBeEmpty();

    [Fact]
    public void K_larger_than_the_training_set()
    {
        _experiment.TopKs = [8, 500];
        Only("ATTR1502").Text.ShouldStartWith("TopK is 500, but only 80 training rows can be selected. Set TopK to at most 80.");
        _experiment.Take = 20;
        _experiment.TopKs = [21];
        Only("ATTR1502").Text.ShouldContain("only 20");
    }

    [Fact]
    public void A_layer_that_the_model_does_not_have()
    {
        _experiment.Layers = [1, 19];
        Only("ATTR1403").Text.ShouldStartWith("There is no layer 19: the model has blocks 0 to ");
    }

    [Fact]
    public void Rows_without_the_control_that_a_method_reads()
    {
        _experiment.Eval = _experiment.Write("alone.jsonl", TestRows.Pool(12));
        var error = Only("ATTR1404");
        error.Text.ShouldStartWith("12 of the 12 rows of 'alone' have no control conversation, the first of them row 0, and residual_diff reads it.");
        (error.File, error.Property).ShouldBe((_experiment.Eval, "control_messages"));
    }

    [Fact]
    public void A_model_without_a_tokenizer()
    {
        foreach (var file in Directory.GetFiles(_experiment.Model, "tokenizer*"))
            File.Delete(file);
        var error = Only("ATTR1201");
        error.Text.ShouldContain("has no tokenizer.json, and the datasets hold messages");
        error.Property.ShouldBe("BaseModel");
    }

    [Fact]
    public void A_Parquet_file_that_is_damaged()
    {
        _experiment.Train = _experiment.Write("pool.parquet", ["PAR1 and then nothing of use"]);
        var error = Check().First();
        (error.Code, error.File).ShouldBe(("ATTR1303", _experiment.Train));
    }

    [Fact]
    public void A_file_with_other_columns()
    {
        _experiment.Train = _experiment.Write("pool.jsonl", ["""{"question": "Is it good?", "reply": "It is."}"""]);
        var error = Check().First();
        error.Code.ShouldBe("ATTR1305");
        error.Text.ShouldContain("has no column treatment_messages");
        error.Text.ShouldContain("Its columns are: question, reply");
    }

    [Fact]
    public void A_planted_column_that_no_row_has()
    {
        using var experiment = new TestExperiment { PlantedColumn = "behavior" }.WithData(80);
        var error = Check(experiment).ShouldHaveSingleItem();
        (error.Code, error.Property).ShouldBe(("ATTR1305", "PlantedColumn"));
        error.Text.ShouldContain("PlantedColumn of 'pool' is 'behavior', and no row has such a column. Its columns are: behaviour, ");
    }

    [Fact]
    public void Prompts_that_are_none()
    {
        File.WriteAllText(_experiment.Prompts!, "{\"no\": \"prompt\"}\n");
        Check().ShouldHaveSingleItem().File.ShouldBe(_experiment.Prompts);
    }

    [Fact]
    public void A_judge_without_a_key()
    {
        _experiment.Judge = "llm";
        _experiment.Llm = new { model = "gpt-4.1-mini", endpoint = "https://api.openai.com/v1" };
        var error = Only("ATTR1646");
        error.Text.ShouldStartWith("api.openai.com wants a key, and there is none. Set OPENAI_API_KEY");
    }

    [Fact]
    public void A_judge_whose_endpoint_is_down_or_does_not_take_the_key()
    {
        _experiment.Judge = "llm";
        _experiment.Llm = new { model = "local", endpoint = "http://127.0.0.1:9/v1" };
        Only("ATTR1648").Text.ShouldStartWith("The judging model cannot be asked: 127.0.0.1:9 cannot be reached");

        _experiment.Llm = new { model = "local", endpoint = Answering(401) };
        Only("ATTR1646").Text.ShouldContain("does not take the key (401)", customMessage: "the environment has a key here");
        _experiment.Llm = new { model = "local", endpoint = Answering(404) };
        Check().ShouldBeEmpty("an endpoint need not know the question");
    }

    [Fact]
    public void A_judge_on_another_machine_gets_no_key_over_plain_http()
    {
        // A name that need not be this machine's, and is.
        var name = Environment.MachineName;
        try
        {
            _ = Dns.GetHostAddresses(name);
        }
        catch (SocketException)
        {
            return; // A machine that does not know itself by its name.
        }
        _experiment.Judge = "llm";
        var heads = new List<string>();
        _experiment.Llm = new { model = "local", endpoint = Answering(200, heads).Replace("127.0.0.1", name, StringComparison.Ordinal) };
        Check().ShouldBeEmpty();
        heads.ShouldNotBeEmpty();
        heads.ShouldAllBe(line => !line.StartsWith("Authorization", StringComparison.OrdinalIgnoreCase));

        _experiment.Llm = new { model = "local", endpoint = Answering(401).Replace("127.0.0.1", name, StringComparison.Ordinal) };
        Only("ATTR1646").Text.ShouldContain("over plain http none is sent to another machine");
        heads.Clear();
        _experiment.Llm = new { model = "local", endpoint = Answering(200, heads) };
        Check().ShouldBeEmpty();
        heads.ShouldContain(line => line.StartsWith("Authorization: Bearer ", StringComparison.OrdinalIgnoreCase), "this machine gets it");
    }

    [Fact]
    public void Results_that_cannot_be_written()
    {
        File.WriteAllText(_experiment.Out, "a file");
        Only("ATTR1015").Text.ShouldStartWith($"Results cannot be written to '{_experiment.Out}'");
    }

    [TmpfsFact]
    public async Task A_store_that_exists_may_be_one_that_is_only_read()
    {
        using var disk = new Tmpfs(kibibytes: 8192);
        using var experiment = new TestExperiment(store: Path.Combine(disk.Path, "store")).WithData(80);
        await experiment.RunAsync();
        disk.MakeReadOnly();
        Check(experiment).ShouldBeEmpty();
        using var without = new TestExperiment(store: Path.Combine(disk.Path, "none")).WithData(80);
        Check(without).ShouldHaveSingleItem().Text.ShouldStartWith($"Results cannot be written to '{without.Store}'");
    }

    /// <summary>The address of a server that answers one request.</summary>
    private static string Answering(int status, List<string>? heads = null)
    {
        var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        _ = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            var stream = client.GetStream();
            var reader = new StreamReader(stream);
            (await reader.ReadLineAsync())!.ShouldStartWith("GET /v1/models ");
            while (await reader.ReadLineAsync() is { Length: > 0 } line)
                heads?.Add(line);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            listener.Stop();
        });
        return $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1";
    }

    private WorkerLine Only(string code)
    {
        var error = Check().ShouldHaveSingleItem();
        error.Code.ShouldBe(code, error.Text);
        return error;
    }

    [Fact]
    public void Questions_without_a_file_a_column_or_a_tokenizer()
    {
        using var experiment = new TestContextExperiment();
        experiment.Write(Enumerable.Range(0, 4).Select(i => TestContextExperiment.Row(i)));
        Found().ShouldBeEmpty();
        experiment.Answers = "reply";
        Found().ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.Code.ShouldBe(ErrorCodes.DatasetColumnMissing), e => e.File.ShouldBe(experiment.Data));
        File.Delete(experiment.Data);
        foreach (var file in Directory.GetFiles(Path.Combine(experiment.Root, "model"), "tokenizer*"))
            File.Delete(file);
        Found().Select(e => e.Code).ShouldBe([ErrorCodes.DatasetNotFound, ErrorCodes.TokenizerMissing]);

        IReadOnlyList<WorkerLine> Found()
        {
            experiment.Prepare();
            return ErrorsOf(Path.GetDirectoryName(experiment.RequestFile("Generate"))!, null);
        }
    }

    private IReadOnlyList<WorkerLine> Check(TestExperiment? experiment = null)
    {
        experiment ??= _experiment;
        experiment.Prepare();
        var key = experiment.Llm is { } llm && !$"{llm}".Contains("api.openai.com", StringComparison.Ordinal) ? "sk-of-a-test" : null;
        return ErrorsOf(experiment.State, key);
    }

    private static IReadOnlyList<WorkerLine> ErrorsOf(string requests, string? key)
    {
        var (code, output, error) = CommandLine.Run(new Dictionary<string, string?> { ["OPENAI_API_KEY"] = key }, "check", "--requests", requests);
        var lines = WorkerLine.Parse(output).Where(line => line.Kind == "error").ToArray();
        code.ShouldBe(lines.Length == 0 ? 0 : 1, output + error);
        return lines;
    }
}
