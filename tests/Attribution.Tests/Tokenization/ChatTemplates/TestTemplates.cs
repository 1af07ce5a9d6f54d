using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization.ChatTemplates;

/// <summary>The chat templates under test: the published ones, and those of formats that no package has a template of.</summary>
public static class TestTemplates
{
    /// <summary>The format of Llama 2, whose published tokenizer comes without a template: no assistant header, <c>&lt;/s&gt;</c> ends a turn.</summary>
    public const string Llama2 = """
        {%- if messages and messages[0].role == 'system' -%}
            {%- set preamble = '<<SYS>>\n' ~ messages[0].content ~ '\n<</SYS>>\n\n' -%}
            {%- set turns = messages[1:] -%}
        {%- else -%}
            {%- set preamble = '' -%}
            {%- set turns = messages -%}
        {%- endif -%}
        {%- for turn in turns -%}
            {%- if (turn.role == 'user') != (loop.index0 is even) -%}
                {{- raise_exception('The roles of the messages must take turns, user first.') -}}
            {%- endif -%}
            {%- if turn.role == 'user' -%}
                {{- bos_token ~ '[INST] ' ~ (preamble if loop.first else '') ~ turn.content | trim ~ ' [/INST]' -}}
            {%- elif turn.role == 'assistant' -%}
                {{- ' ' ~ turn.content | trim ~ ' ' ~ eos_token -}}
            {%- endif -%}
        {%- endfor -%}
        """;

    /// <summary>The template of a published model; Llama 2's is the one above.</summary>
    public static ChatTemplate Published(string model) => model == "llama2"
        ? ChatTemplate.Parse(Llama2, "llama2.jinja", SpecialTokens(model))
        : ChatTemplate.Load(Oracle.ModelFolder(model));

    /// <summary>The special tokens that a published model's templates may read.</summary>
    public static IReadOnlyDictionary<string, object?> SpecialTokens(string model) => model switch
    {
        "llama2" => new Dictionary<string, object?> { ["bos_token"] = "<s>", ["eos_token"] = "</s>", ["unk_token"] = "<unk>" },
        "llama3_1" => new Dictionary<string, object?> { ["bos_token"] = "<|begin_of_text|>", ["eos_token"] = "<|eot_id|>" },
        "mistral_nemo" => new Dictionary<string, object?> { ["bos_token"] = "<s>", ["eos_token"] = "</s>", ["unk_token"] = "<unk>" },
        "gemma3" => new Dictionary<string, object?>
        {
            ["bos_token"] = "<bos>",
            ["eos_token"] = "<end_of_turn>",
            ["unk_token"] = "<unk>",
            ["pad_token"] = "<pad>"
        },
        _ => new Dictionary<string, object?> { ["eos_token"] = "<|im_end|>", ["pad_token"] = "<|endoftext|>" },
    };
}
