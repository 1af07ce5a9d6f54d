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
using Attribution.Tests.Models.Checkpoints;
using Attribution.Tokenization;
using Attribution.Worker.Tests.Stages;

namespace Attribution.Stress;

/// <summary>Files of every kind that comes from elsewhere, damaged in one to three places, read until the end.</summary>
internal static class Mutations
{
    private static readonly string[] Fragments =
        ["-1", "0", "2147483648", "9223372036854775807", "1e308", "null", "[]", "{}", "\"", "\\ud800", "\"\"", ",", "}", "]", "true", "{{", "{%", "%}", "}}",
            "[[[[[[[[", "(a+)+", "$", "*"];

    public static Task<string> Run(int count, int seed)
    {
        using var folder = new TemporaryFolder();
        TinyChatModel.Write(folder["model"]);
        using var model = CausalLanguageModel.Load(folder["model"]);
        using (var adapter = LoraAdapter.Attach(model, new() { Rank = 2, Alpha = 4, TargetModules = ["q_proj", "up_proj"] }, seed: 1))
            adapter.Save(folder["adapter"]);
        string[] seen =
        [
            Each("safetensors", count, seed, File.ReadAllBytes(folder["adapter", "adapter_model.safetensors"]), Tensors, folder["m", "x.safetensors"]),
            Each(".pt", count, seed, Checkpoint(), path => _ = TorchCheckpoint.Load(path), folder["m", "x.pt"]),
            Each("adapter_config.json", count, seed, File.ReadAllBytes(folder["adapter", "adapter_config.json"]), path => Adapter(model, path),
                folder["m", "adapter_config.json"], folder["adapter", "adapter_model.safetensors"]),
            Each("adapter_model.safetensors", count, seed, File.ReadAllBytes(folder["adapter", "adapter_model.safetensors"]), path => Adapter(model, path),
                folder["m", "adapter_model.safetensors"], folder["adapter", "adapter_config.json"]),
            Each("npy", count, seed, Npy(folder), path => _ = NpyHeader.Read(path), folder["m", "x.npy"]),
            // Each footer that the package reads for ever costs the time until it is given up, and a thread of this process.
            Each("vector table", Math.Max(1, count / 10), seed, Vectors(folder), path => Whole(VectorTableReader.Open(path)), folder["m", "scores-0.parquet"]),
            Each("dataset", count, seed, Dataset(folder), path => _ = Data.Dataset.Open(new() { Path = path }).Rows().Count(), folder["m", "d.parquet"]),
            Each("dataset.jsonl", count, seed, Lines(), path => _ = Data.Dataset.Open(new() { Path = path }).Rows().Count(), folder["m", "d.jsonl"]),
            Each("prompts.jsonl", count, seed, Encoding.UTF8.GetBytes(string.Join('\n', TestRows.Prompts(3))), path => _ = PromptFile.Read(path),
                folder["m", "p.jsonl"]),
            Each("tokenizer_config.json", count, seed, File.ReadAllBytes(folder["model", "tokenizer_config.json"]), path =>
                _ = Tokenizer.Load(Path.GetDirectoryName(path)!).EncodeToIds("Tell me"),
                    folder["m", "tokenizer_config.json"], folder["model", "tokenizer.json"]),
            Each("config.json", count, seed, File.ReadAllBytes(folder["model", "config.json"]), path => _ = ModelConfig.Load(Path.GetDirectoryName(path)!),
                folder["m", "config.json"]),
            Each("tokenizer.json", count, seed, File.ReadAllBytes(folder["model", "tokenizer.json"]), path =>
                _ = Tokenizer.Load(Path.GetDirectoryName(path)!).EncodeToIds("Tell me, 12 times: why?"), folder["m", "tokenizer.json"]),
            Each("template", count, seed, Encoding.UTF8.GetBytes(Template), path =>
                _ = ChatTemplate.Load(Path.GetDirectoryName(path)!).Render([new("user", "Why?"), new("assistant", "So.")]), folder["m", "chat_template.jinja"]),
        ];
        return Task.FromResult($"{seen.Length} kinds of files");
    }

    private const string Template = "{% for m in messages %}{% if loop.first and m.role == 'system' %}{{ m.content | trim }}{% else %}<|{{ m['role'] "
        + "}}|>{{ m.content[:20] ~ \"x\" * 3 }}{% endif %}{% endfor %}{% macro f(a, b=2) %}{{ a + b }}{% endmacro %}{{ f(1) }}{% set n = namespace(k=0) "
        + "%}{% if add_generation_prompt %}<|assistant|>{% endif %}";

    private static string Each(string kind, int count, int seed, byte[] sound, Action<string> read, string path, string? beside = null)
    {
        var random = new Random(seed);
        if (Directory.Exists(Path.GetDirectoryName(path)))
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, sound);
        if (beside is not null)
            File.Copy(beside, Path.Combine(Path.GetDirectoryName(path)!, Path.GetFileName(beside)));
        read(path);
        var (opened, refused, slowest) = (0, 0, TimeSpan.Zero);
        for (var i = 0; i < count; i++)
        {
            var bytes = sound;
            for (var times = random.Next(1, 4); times > 0; times--)
                bytes = Mutate(bytes, random);
            File.WriteAllBytes(path, bytes);
            var clock = Stopwatch.StartNew();
            try
            {
                read(path);
                opened++;
            }
            catch (AttributionException)
            {
                refused++;
            }
            catch (Exception e)
            {
                var kept = Path.Combine(Path.GetTempPath(), $"mutation-{kind.Replace(' ', '-')}-{i}{Path.GetExtension(path)}");
                File.Copy(path, kept, overwrite: true);
                throw new InvalidOperationException($"{kind}, mutation {i} (kept as {kept}): {e.GetType().Name}: {e.Message}", e);
            }
            slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
        }
        var seen = $"{kind}: {opened} read, {refused} refused, slowest {slowest.TotalSeconds:0.00} s, {Environment.WorkingSet >> 20} MB";
        Console.WriteLine(seen);
        return seen;
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

    private static byte[] Npy(TemporaryFolder folder)
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
        return File.ReadAllBytes(folder["sound.parquet"]);
    }

    private static byte[] Dataset(TemporaryFolder folder)
    {
        using var connection = DuckDbDatabase.Open();
        connection.Execute($"COPY (SELECT [{{'role': 'user', 'content': 'q' || i}}, {{'role': 'assistant', 'content': repeat('a', i::INT)}}] AS "
            + $"treatment_messages, i AS n, {{'a': i::VARCHAR, 'b': [i, 2]}} AS s FROM range(60) t(i)) TO "
            + $"{Sql.Literal(folder["sound2.parquet"])} (FORMAT parquet)");
        return File.ReadAllBytes(folder["sound2.parquet"]);
    }

    private static byte[] Lines() => Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 4).Select(i =>
        $$$"""{"messages":[{"role":"user","content":"q{{{i}}} \u00e9"},{"role":"assistant","content":"a","tool_calls":[{"function":{"name":"f"}}]}]"""
            + $$$""","n":{{{i}}}}""")));

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
