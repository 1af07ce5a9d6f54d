using Attribution.Tokenization.PostProcessors;

namespace Attribution.Tokenization.Reading;

/// <summary>Reads the <c>post_processor</c> of a tokenizer, as far as it concerns a single text.</summary>
internal static class PostProcessorReader
{
    public static PostProcessor Read(JsonComponent? component, IReadOnlyDictionary<int, string> tokenOfId)
        => component is { } there ? Read(there, tokenOfId) : PostProcessor.Nothing;

    private static PostProcessor Read(JsonComponent component, IReadOnlyDictionary<int, string> tokenOfId)
    {
        switch (component.Type)
        {
            case "Sequence":
                component.AllowOnly("processors");
                return component.Items("processors").Select(item => Read(item, tokenOfId)).Aggregate(PostProcessor.Nothing, (all, next) => all.Then(next));
            case "ByteLevel":
                component.AllowOnly("add_prefix_space", "trim_offsets", "use_regex");
                return component.Boolean("trim_offsets")
                    ? PostProcessor.Nothing with { Trims = [component.Boolean("add_prefix_space")] }
                    : PostProcessor.Nothing;
            case "TemplateProcessing":
                component.AllowOnly("single", "pair", "special_tokens");
                return Template(component, tokenOfId);
            case "BertProcessing":
                component.AllowOnly("sep", "cls");
                return Around(component, tokenOfId);
            case "RobertaProcessing":
                component.AllowOnly("sep", "cls", "trim_offsets", "add_prefix_space");
                return Around(component, tokenOfId) with
                {
                    Trims = component.Boolean("trim_offsets", missing: true) ? [component.Boolean("add_prefix_space", missing: true)] : [],
                };
            case var other:
                throw component.Unsupported($"The post-processor '{other}' is not implemented. Known are Sequence, ByteLevel, TemplateProcessing, "
                    + "BertProcessing and RobertaProcessing.");
        }
    }

    private static PostProcessor Template(JsonComponent component, IReadOnlyDictionary<int, string> tokenOfId)
    {
        var specialTokens = component.Get("special_tokens");
        List<int> before = [];
        List<int> after = [];
        var text = false;
        foreach (var item in component.Items("single"))
        {
            item.AllowOnly("SpecialToken", "Sequence");
            if (item.Find("Sequence") is { } sequence)
            {
                if (text || sequence.String("id") != "A")
                    throw item.Unsupported("A template of a single text must hold the sequence 'A' exactly once.");
                text = true;
                continue;
            }
            var special = specialTokens.Get(item.Get("SpecialToken").String("id"));
            foreach (var id in special.Items("ids"))
                (text ? after : before).Add(Known(id, tokenOfId));
        }
        return text
            ? new PostProcessor([.. before], [.. after], [])
            : throw component.Malformed("The template of a single text does not hold the text, the sequence 'A'.", "single");
    }

    private static PostProcessor Around(JsonComponent component, IReadOnlyDictionary<int, string> tokenOfId)
        => new([Pair(component.Get("cls"), tokenOfId)], [Pair(component.Get("sep"), tokenOfId)], []);

    private static int Pair(JsonComponent component, IReadOnlyDictionary<int, string> tokenOfId)
        => component.Items().ToArray() is [_, var id] ? Known(id, tokenOfId) : throw component.Malformed("A token and its id are expected here.");

    private static int Known(JsonComponent id, IReadOnlyDictionary<int, string> tokenOfId)
        => tokenOfId.ContainsKey(id.AsInteger()) ? id.AsInteger() : throw id.Inconsistent($"No token has the id {id.AsInteger()}.");
}
