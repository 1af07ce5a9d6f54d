using System.Text;
using Attribution.Tokenization.Patterns;
using Attribution.Tokenization.PreTokenizers;

namespace Attribution.Tokenization.Reading;

/// <summary>Reads the <c>pre_tokenizer</c> of a tokenizer into a flat list of steps.</summary>
internal sealed class PreTokenizerReader
{
    // The meaning of \w+|[^\w\s]+ in the engine that the reference uses for Whitespace, whose \w includes the joiners.
    private const string WordsWithJoiners = @"[\w\x{200C}\x{200D}]+|[^\w\s\x{200C}\x{200D}]+";

    private readonly List<PreTokenizer> _steps = [];
    private bool _bytesPending;
    private bool _looksAtOrigin;

    /// <summary>Reads the component, which is optional.</summary>
    /// <param name="component">The component.</param>
    /// <param name="vocabulary">The vocabulary, for steps that depend on it.</param>
    public static PreTokenizerChain Read(JsonComponent? component, VocabularyReader vocabulary)
    {
        var reader = new PreTokenizerReader();
        if (component is { } first)
            reader.Read(first);
        if (reader._bytesPending && !vocabulary.Model.CanReadBytes)
            reader.Add(null);
        if (!reader._bytesPending && vocabulary.MarkBeginsWords)
            reader._steps.Add(new MarkSplitter());
        return new PreTokenizerChain(reader._steps, reader._bytesPending, reader._looksAtOrigin);
    }

    // A step after ByteLevel sees its characters; without such a step they need not be written.
    private void Add(PreTokenizer? step)
    {
        if (_bytesPending)
            _steps.Add(new ByteCharacters());
        _bytesPending = false;
        if (step is not null)
            _steps.Add(step);
    }

    private void Read(JsonComponent component)
    {
        switch (component.Type)
        {
            case "Sequence":
                component.AllowOnly("pretokenizers");
                foreach (var item in component.Items("pretokenizers"))
                    Read(item);
                break;
            case "Split":
                component.AllowOnly("pattern", "behavior", "invert");
                Add(Split(component));
                break;
            case "ByteLevel":
                component.AllowOnly("add_prefix_space", "trim_offsets", "use_regex");
                if (component.Boolean("add_prefix_space"))
                    Add(new PrefixSpace(" ", onlyAtStart: false));
                if (component.Boolean("use_regex", missing: true))
                    Add(new Gpt2Splitter());
                Add(null);
                _bytesPending = true;
                break;
            case "Metaspace":
                Metaspace(component);
                break;
            case "Digits":
                component.AllowOnly("individual_digits");
                Add(new PatternSplitter(new CharacterPattern(CharacterKinds.IsNumeric),
                    component.Boolean("individual_digits") ? SplitBehavior.Isolated : SplitBehavior.Contiguous, invert: false));
                break;
            case "Punctuation":
                component.AllowOnly("behavior");
                Add(new PatternSplitter(new CharacterPattern(CharacterKinds.IsPunctuation), Behavior(component, "Isolated"), invert: false));
                break;
            case "Whitespace":
                component.AllowOnly();
                Add(new PatternSplitter(new RegexPattern(WordsWithJoiners), SplitBehavior.Removed, invert: true));
                break;
            case "WhitespaceSplit":
                component.AllowOnly();
                Add(WhiteSpace());
                break;
            case "BertPreTokenizer":
                component.AllowOnly();
                Add(WhiteSpace());
                Add(new PatternSplitter(new CharacterPattern(CharacterKinds.IsPunctuation), SplitBehavior.Isolated, invert: false));
                break;
            case "CharDelimiterSplit":
                component.AllowOnly("delimiter");
                Add(new PatternSplitter(new LiteralPattern(component.Character("delimiter").ToString()), SplitBehavior.Removed, invert: false));
                break;
            case var other:
                throw component.Unsupported($"The pre-tokenizer '{other}' is not implemented. Known are Sequence, Split, ByteLevel, Metaspace, "
                    + "Digits, Punctuation, Whitespace, WhitespaceSplit, BertPreTokenizer and CharDelimiterSplit.");
        }
    }

    private static PatternSplitter WhiteSpace() => new(new CharacterPattern(Rune.IsWhiteSpace), SplitBehavior.Removed, invert: false);

    private static PreTokenizer Split(JsonComponent component)
    {
        var pattern = component.Get("pattern");
        var behavior = Behavior(component, missing: null);
        var invert = component.Boolean("invert");
        // If everything matches, inverting changes nothing for isolated pieces.
        if (behavior == SplitBehavior.Isolated && pattern.String("Regex", missing: null) is { } expression)
        {
            if (LlamaSplitter.For(expression) is { } splitter)
                return splitter;
            if (expression == Gpt2Splitter.Expression)
                return new Gpt2Splitter();
        }
        return new PatternSplitter(PatternReader.Read(pattern), behavior, invert);
    }

    private static SplitBehavior Behavior(JsonComponent component, string? missing)
        => component.String("behavior", missing) switch
        {
            // Older files have the names of the Python binding.
            "Removed" or "removed" => SplitBehavior.Removed,
            "Isolated" or "isolated" => SplitBehavior.Isolated,
            "MergedWithPrevious" or "merged_with_previous" => SplitBehavior.MergedWithPrevious,
            "MergedWithNext" or "merged_with_next" => SplitBehavior.MergedWithNext,
            "Contiguous" or "contiguous" => SplitBehavior.Contiguous,
            null => throw component.Malformed("'behavior' is missing.", "behavior"),
            var other => throw component.Unsupported($"The behavior '{other}' is not known.", "behavior"),
        };

    private void Metaspace(JsonComponent component)
    {
        component.AllowOnly("replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep");
        var mark = component.Character("replacement");
        var scheme = MetaspaceScheme(component);
        Add(new MetaspaceMarks(mark));
        if (scheme != "never")
            Add(new PrefixSpace(mark.ToString(), onlyAtStart: scheme == "first"));
        _looksAtOrigin |= scheme == "first";
        if (component.Boolean("split", missing: true))
            Add(new PatternSplitter(new LiteralPattern(mark.ToString()), SplitBehavior.MergedWithNext, invert: false));
    }

    /// <summary>The <c>prepend_scheme</c> of a <c>Metaspace</c>, which older files express as <c>add_prefix_space</c>.</summary>
    public static string MetaspaceScheme(JsonComponent component)
    {
        var prefix = component.Boolean("add_prefix_space", missing: true);
        var scheme = component.String("prepend_scheme", missing: null) ?? (prefix ? "always" : "never");
        if (scheme is not ("always" or "never" or "first"))
            throw component.Unsupported($"The prepend_scheme '{scheme}' is not known.", "prepend_scheme");
        if (!prefix && scheme != "never")
            throw component.Inconsistent("'add_prefix_space' is false, but 'prepend_scheme' is not 'never'.", "prepend_scheme");
        return scheme;
    }
}

/// <summary>Reads a <c>pattern</c>: <c>{"String": ...}</c> or <c>{"Regex": ...}</c>.</summary>
internal static class PatternReader
{
    public static Pattern Read(JsonComponent component)
    {
        component.AllowOnly("String", "Regex");
        if (component.String("String", missing: null) is { } literal)
            // The empty string matches between all characters, which only the regex engine supports.
            return literal == "" ? new RegexPattern("") : new LiteralPattern(literal);
        var expression = component.String("Regex");
        try
        {
            return new RegexPattern(expression);
        }
        catch (NotSupportedException error)
        {
            throw component.Unsupported($"In '{expression}' {error.Message}.", "Regex");
        }
    }
}
