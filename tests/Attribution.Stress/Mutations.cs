using System.Diagnostics;
using System.Text;
using Attribution.Data;
using Attribution.Data.DuckDb;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Checkpoints;
using Attribution.Models.Lora;
using Attribution.Models.Safetensors;
using Attribution.Pipeline.Snapshots;
using Attribution.Reporting.Overview;
using Attribution.Tests.Models.Checkpoints;
using Attribution.Tokenization;
using Attribution.Worker.Tests.Stages;
using IO = System.IO.File;

namespace Attribution.Stress;

/// <summary>Files of every kind that comes from elsewhere, damaged in one to three places, read until the end.</summary>
internal static class Mutations
{
    private static readonly string[] Fragments =
        ["-1", "0", "2147483648", "9223372036854775807", "1e308", "null", "[]", "{}", "\"", "\\ud800", "\"\"", ",", "}", "]", "true", "{{", "{%", "%}", "}}",
            "[[[[[[[[", "(a+)+", "$", "*"];

    /// <summary>The kinds of files.</summary>
    public static readonly string[] Kinds =
    [
        "safetensors", ".pt", "adapter_config.json", "adapter_model.safetensors", "npy", "vector table", "dataset.parquet", "dataset.jsonl", "prompts.jsonl",
        "tokenizer_config.json", "config.json", "tokenizer.json", "chat template", "metrics.json",
    ];

    /// <summary>Damages files of some kinds.</summary>
    /// <param name="count">The number of mutations of each kind.</param>
    /// <param name="seed">Decides what is drawn.</param>
    /// <param name="kinds">The kinds; all of <see cref="Kinds"/> if there are none.</param>
    public static Task<string> Run(int count, int seed, IReadOnlyCollection<string> kinds)
    {
        using var folder = new TemporaryFolder();
        TinyChatModel.Write(folder["model"]);
        using var model = CausalLanguageModel.Load(folder["model"]);
        using (var adapter = LoraAdapter.Attach(model, new() { Rank = 2, Alpha = 4, TargetModules = ["q_proj", "up_proj"] }, seed: 1))
            adapter.Save(folder["adapter"]);
        var some = Kinds.Where(kind => kinds.Count == 0 || kinds.Contains(kind)).ToArray();
        foreach (var kind in some)
            Console.WriteLine(Each(kind, count, seed, Subject(kind, folder, model), folder["m"]));
        return Task.FromResult($"{some.Length} kinds of files");
    }

    private static File Subject(string kind, TemporaryFolder folder, CausalLanguageModel model)
    {
        string adapter = folder["adapter", "adapter_model.safetensors"], adapterConfig = folder["adapter", "adapter_config.json"];
        return kind switch
        {
            "safetensors" => new(IO.ReadAllBytes(adapter), "x.safetensors", Tensors),
            ".pt" => new(Checkpoint(), "x.pt", path => _ = TorchCheckpoint.Load(path)),
            "adapter_config.json" => new(IO.ReadAllBytes(adapterConfig), "adapter_config.json", path => Adapter(model, path), adapter),
            "adapter_model.safetensors" => new(IO.ReadAllBytes(adapter), "adapter_model.safetensors", path => Adapter(model, path), adapterConfig),
            "npy" => new(Npy(), "x.npy", path => _ = NpyHeader.Read(path)),
            // Each footer that the package reads for ever costs the time until it is given up, and a thread of this process.
            "vector table" => new(Vectors(folder), "scores-0.parquet", path => Whole(VectorTableReader.Open(path))),
            "dataset.parquet" => new(Dataset(folder), "d.parquet", Rows),
            "dataset.jsonl" => new(Lines(), "d.jsonl", Rows),
            "prompts.jsonl" => new(Encoding.UTF8.GetBytes(string.Join('\n', TestRows.Prompts(3))), "p.jsonl", path => _ = PromptFile.Read(path)),
            "tokenizer_config.json" => new(IO.ReadAllBytes(folder["model", "tokenizer_config.json"]), "tokenizer_config.json", Encode,
                folder["model", "tokenizer.json"]),
            "config.json" => new(IO.ReadAllBytes(folder["model", "config.json"]), "config.json", path => _ = ModelConfig.Load(Path.GetDirectoryName(path)!)),
            "tokenizer.json" => new(IO.ReadAllBytes(folder["model", "tokenizer.json"]), "tokenizer.json", Encode),
            "chat template" => new(Encoding.UTF8.GetBytes(Template), "chat_template.jinja", path =>
                _ = ChatTemplate.Load(Path.GetDirectoryName(path)!).Render([new("user", "Why?"), new("assistant", "So.")])),
            "metrics.json" => new(Encoding.UTF8.GetBytes(ReadMetrics), "metrics.json", path => _ = Overview(Metrics.Read(path))),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
    }

    /// <summary>A file of a kind.</summary>
    /// <param name="Sound">The bytes of a file without damage.</param>
    /// <param name="Name">The name that its reader expects.</param>
    /// <param name="Read">Reads the whole file.</param>
    /// <param name="Beside">A file that its reader needs beside it.</param>
    private sealed record File(byte[] Sound, string Name, Action<string> Read, string? Beside = null);

    private const string ReadMetrics = """
        {"runs":{"pool/a/b":{"settings":{"train":"pool","eval":"b","attribution":"a","layer":2,"seeds":[0,1]},"metrics":{"judged_mean":1.5,"lds":null}}},
         "groups":{"pool/a/b":{"settings":{"train":"pool"},"metrics":{"judged_mean_sd":0.5}}},
         "verdicts":[{"train":"pool","eval":"b","metric":"judged_mean","leader":"pool/a/b","score":1.5,"score_sd":0.5,
           "over_random":{"difference":1,"lower":0.5,"upper":1.5,"cells":2},"seeds":2,"prompts":5,"is_best":true,"text":"best"}]}
        """;

    private const string Template = "{% for m in messages %}{% if loop.first and m.role == 'system' %}{{ m.content | trim }}{% else %}<|{{ m['role'] "
        + "}}|>{{ m.content[:20] ~ \"x\" * 3 }}{% endif %}{% endfor %}{% macro f(a, b=2) %}{{ a + b }}{% endmacro %}{{ f(1) }}{% set n = namespace(k=0) "
        + "%}{% if add_generation_prompt %}<|assistant|>{% endif %}";

    private static string Each(string kind, int count, int seed, File file, string folder)
    {
        var random = new Random(seed);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, file.Name);
        IO.WriteAllBytes(path, file.Sound);
        if (file.Beside is { } beside)
            IO.Copy(beside, Path.Combine(folder, Path.GetFileName(beside)));
        file.Read(path);
        var (opened, refused, slowest) = (0, 0, TimeSpan.Zero);
        for (var i = 0; i < count; i++)
        {
            var bytes = file.Sound;
            for (var times = random.Next(1, 4); times > 0; times--)
                bytes = Mutate(bytes, random);
            IO.WriteAllBytes(path, bytes);
            var clock = Stopwatch.StartNew();
            try
            {
                file.Read(path);
                opened++;
            }
            catch (AttributionException)
            {
                refused++;
            }
            catch (Exception e)
            {
                var kept = Path.Combine(Path.GetTempPath(), $"mutation-{kind.Replace(' ', '-')}-{i}{Path.GetExtension(path)}");
                IO.Copy(path, kept, overwrite: true);
                throw new InvalidOperationException($"{kind}, mutation {i} (kept as {kept}): {e.GetType().Name}: {e.Message}", e);
            }
            slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
        }
        using var process = Process.GetCurrentProcess();
        return $"{kind}: {count} mutations, {opened} read, {refused} refused, slowest {slowest.TotalSeconds:0.00} s, at most "
            + $"{process.PeakWorkingSet64 >> 20} MB";
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length + 1);
        switch (random.Next(6))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], .. Encoding.UTF8.GetBytes(Fragments[random.Next(Fragments.Length)]), .. bytes[at..]];
            case 2:
                var end = Math.Min(bytes.Length, at + random.Next(1, 40));
                return [.. bytes[..at], .. bytes[end..]];
            case 3:
                end = Math.Min(bytes.Length, at + random.Next(1, 40));
                return [.. bytes[..end], .. bytes[at..]];
            default:
                var flipped = (byte[])bytes.Clone();
                for (var flips = random.Next(1, 4); flips > 0 && flipped.Length > 0; flips--)
                    flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
                return flipped;
        }
    }

    private static byte[] Npy()
    {
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2, 4), }";
        return [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header.PadRight(117) + "\n"), .. new byte[96]];
    }

    private static byte[] Vectors(TemporaryFolder folder)
    {
        using (var writer = new VectorTableWriter(folder["sound.parquet"], 4))
        {
            for (var row = 0; row < 50; row++)
                writer.Append(row, 1, [row, 1, 2, 3]);
            writer.Complete();
        }
        return IO.ReadAllBytes(folder["sound.parquet"]);
    }

    private static byte[] Dataset(TemporaryFolder folder)
    {
        using var connection = DuckDbDatabase.Open();
        connection.Execute($"COPY (SELECT [{{'role': 'user', 'content': 'q' || i}}, {{'role': 'assistant', 'content': repeat('a', i::INT)}}] AS "
            + $"treatment_messages, i AS n, {{'a': i::VARCHAR, 'b': [i, 2]}} AS s FROM range(60) t(i)) TO "
            + $"{Sql.Literal(folder["sound2.parquet"])} (FORMAT parquet)");
        return IO.ReadAllBytes(folder["sound2.parquet"]);
    }

    private static byte[] Lines() => Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 4).Select(i =>
        $$$"""{"messages":[{"role":"user","content":"q{{{i}}} \u00e9"},{"role":"assistant","content":"a","tool_calls":[{"function":{"name":"f"}}]}],"""
            + $"\"n\":{i}}}")));

    private static byte[] Checkpoint()
    {
        byte[] storage = [.. Enumerable.Range(0, 64).Select(i => (byte)(i * 37))];
        return CheckpointFile.Checkpoint(PickleWriter.Write(new Dictionary<object, object?>
        {
            ["class"] = "LinearScoreEstimator",
            ["weight"] = new PickleWriter.StoredTensor("FloatStorage", "0", 16, 4, [1, 3, 4], [12, 4, 1]),
            ["extras"] = new List<object?> { null, 2.5, new object?[] { 1, 70000, "x", true }, new byte[] { 200, 1 } },
        }), storage);
    }

    private static string Overview(Metrics metrics) => OverviewPage.Render(new([new ReportedOutputs("a", null, null, metrics)]));

    private static void Rows(string path) => _ = Data.Dataset.Open(new() { Path = path }).Rows().Count();

    private static void Encode(string path) => _ = Tokenizer.Load(Path.GetDirectoryName(path)!).EncodeToIds("Tell me, 12 times: why?");

    private static void Tensors(string path)
    {
        using var file = SafetensorsFile.Open(path);
        foreach (var entry in file.Entries)
            file.Load(entry.Name).Dispose();
    }

    private static void Adapter(CausalLanguageModel model, string path)
    {
        using var adapter = LoraAdapter.Load(model, Path.GetDirectoryName(path)!);
    }

    private static void Whole(VectorTableReader reader)
    {
        using (reader)
            while (reader.Read())
                _ = reader.Vector[0];
    }
}
