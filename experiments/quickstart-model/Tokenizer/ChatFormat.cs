namespace QuickstartModel.Tokenizer;

/// <summary>How the tiny model's conversations are written: a header token per role, an end token per turn.</summary>
internal static class ChatFormat
{
    public const string Pad = "<|pad|>", Begin = "<|begin|>", End = "<|end|>";

    /// <summary>All special tokens; the index is the id.</summary>
    public static IReadOnlyList<string> SpecialTokens { get; } = [Pad, Begin, End, "<|system|>", "<|user|>", "<|assistant|>"];

    public const string Template =
        "{{ bos_token }}" +
        "{% for message in messages %}{{ '<|' + message['role'] + '|>\\n' + message['content'] + '<|end|>\\n' }}{% endfor %}" +
        "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}";

    public static int Id(string token) => SpecialTokens.Index().First(pair => pair.Item == token).Index;
}
