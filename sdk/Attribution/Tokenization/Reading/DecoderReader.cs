using Attribution.Tokenization.Decoders;
using Step = System.Func<System.Action<string>, Attribution.Tokenization.Decoders.DecoderStage>;

namespace Attribution.Tokenization.Reading;

/// <summary>Reads the <c>decoder</c> of a tokenizer into a flat list of steps.</summary>
internal static class DecoderReader
{
    public static IReadOnlyList<Step> Read(JsonComponent? component)
    {
        if (component is not { } decoder)
            return [emit => new JoinStage(emit)];
        var components = Flatten(decoder).ToArray();
        List<Step> steps = [];
        for (var i = 0; i < components.Length; i++)
        {
            var type = components[i].Type;
            var last = i == components.Length - 1;
            if (type == "Fuse" && !last)
                i += Fuse(components, i, steps);
            else if (type != "Fuse")
                steps.Add(Read(components[i]));
            // Fuse passes on one token, which the end of the text does anyway; after ByteLevel, which also makes one token, only a step that looks at whole
            // tokens would notice.
            if (type == "ByteLevel" && !last)
                steps.Add(emit => new FuseStage(emit));
        }
        return steps;
    }

    private static IEnumerable<JsonComponent> Flatten(JsonComponent component)
    {
        if (component.Type != "Sequence")
            return [component];
        component.AllowOnly("decoders");
        return component.Items("decoders").SelectMany(Flatten);
    }

    // Handles the usual ending, Fuse and then Strip at the left, without waiting for the whole text. Returns the number of further components that it consumed.
    private static int Fuse(JsonComponent[] components, int at, List<Step> steps)
    {
        if (at + 2 == components.Length && components[at + 1].Type == "Strip" && components[at + 1].Integer("stop") == 0)
        {
            var (content, start) = (components[at + 1].Character("content"), components[at + 1].Integer("start"));
            steps.Add(emit => new LeadingStripStage(content, start, emit));
            return 1;
        }
        steps.Add(emit => new FuseStage(emit));
        return 0;
    }

    private static Step Read(JsonComponent component)
    {
        switch (component.Type)
        {
            case "ByteLevel":
                component.AllowOnly("add_prefix_space", "trim_offsets", "use_regex");
                return emit => new ByteLevelStage(emit);
            case "ByteFallback":
                component.AllowOnly();
                return emit => new ByteFallbackStage(emit);
            case "Replace":
                component.AllowOnly("pattern", "content");
                var pattern = PatternReader.Read(component.Get("pattern"));
                var replacement = component.String("content");
                return emit => new ReplaceStage(pattern, replacement, emit);
            case "Strip":
                component.AllowOnly("content", "start", "stop");
                var (content, start, stop) = (component.Character("content"), component.Integer("start"), component.Integer("stop"));
                return emit => new StripStage(content, start, stop, emit);
            case "Metaspace":
                component.AllowOnly("replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep");
                var mark = component.Character("replacement");
                var dropsFirst = PreTokenizerReader.MetaspaceScheme(component) != "never";
                return emit => new MetaspaceStage(mark, dropsFirst, emit);
            case "BPEDecoder":
                component.AllowOnly("suffix");
                var suffix = component.String("suffix");
                if (suffix == "")
                    throw component.Malformed("The suffix is empty.", "suffix");
                return emit => new SuffixStage(suffix, emit);
            case var other:
                throw component.Unsupported($"The decoder '{other}' is not implemented. Known are Sequence, ByteLevel, ByteFallback, Replace, Fuse, "
                    + "Strip, Metaspace and BPEDecoder.");
        }
    }
}
