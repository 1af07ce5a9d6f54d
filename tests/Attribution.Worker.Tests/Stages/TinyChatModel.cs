using System.Runtime.InteropServices;
using System.Text.Json;
using Attribution.Models.Safetensors;

namespace Attribution.Worker.Tests.Stages;

/// <summary>A random chat model that needs no file of others: a Llama of three blocks, a token per byte, ChatML.</summary>
internal static class TinyChatModel
{
    public const int Blocks = 3;

    private const int Hidden = 16, FeedForward = 32, Vocabulary = 258;

    public static string Write(string folder, int seed = 1, int positions = 512)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
            {"model_type": "llama", "hidden_size": {{Hidden}}, "intermediate_size": {{FeedForward}}, "num_hidden_layers": {{Blocks}}, "num_attention_heads": 2,
             "num_key_value_heads": 2, "vocab_size": {{Vocabulary}}, "max_position_embeddings": {{positions}}, "rms_norm_eps": 1e-5, "hidden_act": "silu",
             "tie_word_embeddings": true, "torch_dtype": "float32", "eos_token_id": 257}
            """);
        const string Template = @"{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
            + @"{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), $$"""{"eos_token": "<|im_end|>", "chat_template": "{{Template}}"}""");
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = new[] { Special(256, "<|im_start|>"), Special(257, "<|im_end|>") },
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
            decoder = new { type = "ByteLevel", add_prefix_space = true, trim_offsets = true, use_regex = true },
            model = new { type = "BPE", vocab = ByteCharacters().Select((c, b) => (c, b)).ToDictionary(p => p.c, p => p.b), merges = Array.Empty<string>() },
        }));
        var random = new Random(seed);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), Shapes().Select(s => Tensor(s.Name, s.Shape, random)).ToArray());
        return folder;
    }

    private static object Special(int id, string content) =>
        new { id, content, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true };

    // GPT-2's alphabet: the printable bytes stand for themselves, the others for the letters from U+0100 on.
    private static IEnumerable<string> ByteCharacters()
    {
        var next = 256;
        for (var b = 0; b < 256; b++)
            yield return ((char)(b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174 ? b : next++)).ToString();
    }

    private static IEnumerable<(string Name, long[] Shape)> Shapes()
    {
        yield return ("model.embed_tokens.weight", [Vocabulary, Hidden]);
        for (var i = 0; i < Blocks; i++)
        {
            foreach (var name in (string[])["q", "k", "v", "o"])
                yield return ($"model.layers.{i}.self_attn.{name}_proj.weight", [Hidden, Hidden]);
            yield return ($"model.layers.{i}.mlp.gate_proj.weight", [FeedForward, Hidden]);
            yield return ($"model.layers.{i}.mlp.up_proj.weight", [FeedForward, Hidden]);
            yield return ($"model.layers.{i}.mlp.down_proj.weight", [Hidden, FeedForward]);
            yield return ($"model.layers.{i}.input_layernorm.weight", [Hidden]);
            yield return ($"model.layers.{i}.post_attention_layernorm.weight", [Hidden]);
        }
        yield return ("model.norm.weight", [Hidden]);
    }

    private static SafetensorsSource Tensor(string name, long[] shape, Random random)
    {
        var isNorm = shape.Length == 1;
        var values = Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => isNorm ? 1f : (float)((random.NextDouble() - 0.5) * 0.8)).ToArray();
        return new(name, SafetensorsDType.F32, shape, stream => stream.Write(MemoryMarshal.AsBytes<float>(values)));
    }
}
