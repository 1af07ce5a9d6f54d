using System.Text.RegularExpressions;
using Attribution.Diagnostics;
using Attribution.Tokenization.ChatTemplates;

namespace Attribution.Tokenization;

/// <summary>
/// A model's own chat template: the Jinja text that comes with a model and writes a conversation in the form that the model was trained on. Renders like
/// Hugging Face's <c>apply_chat_template(tokenize=False)</c>, which is Jinja2 with <c>trim_blocks</c>, <c>lstrip_blocks</c>, <c>raise_exception</c>,
/// <c>strftime_now</c> and a <c>tojson</c> that does not escape HTML.
/// </summary>
/// <remarks>Immutable; may be used from several threads.</remarks>
public sealed partial class ChatTemplate
{
    private readonly StatementList _template;
    private readonly IReadOnlyDictionary<string, object?> _specialTokens;
    private Lazy<ChatTemplate>? _ofTools;

    private ChatTemplate(string source, string file, StatementList template, IReadOnlyDictionary<string, object?> specialTokens)
    {
        (Source, File, _template, _specialTokens) = (source, file, template, specialTokens);
        MarksGeneration = GenerationTag().IsMatch(source);
    }

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>The file that the template comes from.</summary>
    public string File { get; }

    /// <summary>
    /// Reads the template of a model folder: <c>chat_template.jinja</c>, else <c>chat_template</c> of <c>tokenizer_config.json</c> (a text, or a list of named
    /// templates), else <c>chat_template.json</c>. If the default is asked for and the folder also has one named <c>tool_use</c>, conversations with
    /// <c>tools</c> are rendered by that one.
    /// </summary>
    /// <param name="modelFolder">The folder of a Hugging Face model.</param>
    /// <param name="name">The name of the template: <c>default</c>, or another that the folder has, such as <c>tool_use</c>.</param>
    /// <exception cref="AttributionException">There is no such template, a file is malformed, or the template cannot be parsed.</exception>
    public static ChatTemplate Load(string modelFolder, string name = "default")
    {
        var files = new ChatTemplateFiles(modelFolder);
        var (source, file) = files.Find(name);
        var tokens = files.SpecialTokens();
        var template = Parse(source, file, tokens);
        if (name == ChatTemplateFiles.Default && files.Has(ChatTemplateFiles.ToolUse))
            template._ofTools = new(() => files.Find(ChatTemplateFiles.ToolUse) is var (text, at) ? Parse(text, at, tokens) : null!);
        return template;
    }

    /// <summary>The names of the built-in templates, for base models that have none.</summary>
    public static IReadOnlyList<string> Shipped => [.. Directory.EnumerateFiles(ShippedFolder, "*.jinja").Select(file =>
        Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    private static string ShippedFolder => Path.Combine(AppContext.BaseDirectory, "ChatTemplates");

    /// <summary>The file of a template other than the model's own: a path, or the file of one of <see cref="Shipped"/>.</summary>
    /// <exception cref="AttributionException">ATTR1220: there is no such file or built-in template.</exception>
    public static string FileOf(string choice)
    {
        if (System.IO.File.Exists(choice))
            return Path.GetFullPath(choice);
        return Shipped.Contains(choice) ? Path.Combine(ShippedFolder, choice + ".jinja") : throw new AttributionException(ErrorCodes.ChatTemplateMissing,
            $"There is no chat template '{choice}': no such file, and none of the shipped ones, {string.Join(", ", Shipped)}.")
        { File = choice, Property = "ChatTemplate" };
    }

    /// <summary>Reads a template other than the model's own, with the model's special tokens.</summary>
    /// <param name="modelFolder">The folder of a Hugging Face model.</param>
    /// <param name="choice">A path or a name, as for <see cref="FileOf"/>; null for the model's own template.</param>
    /// <exception cref="AttributionException">There is no such template, a file is malformed, or the template cannot be parsed.</exception>
    public static ChatTemplate Choose(string modelFolder, string? choice)
    {
        if (choice is null)
            return Load(modelFolder);
        var file = FileOf(choice);
        return Parse(System.IO.File.ReadAllText(file), file, new ChatTemplateFiles(modelFolder).SpecialTokens());
    }

    /// <summary>Parses a template from its text.</summary>
    /// <param name="source">The Jinja text.</param>
    /// <param name="file">The file that it comes from, for error messages.</param>
    /// <param name="specialTokens">Variables for every rendering, for example <c>bos_token</c>.</param>
    /// <exception cref="AttributionException">The text is not a template, or uses a construct that is not supported.</exception>
    public static ChatTemplate Parse(string source, string file = "chat_template", IReadOnlyDictionary<string, object?>? specialTokens = null)
    {
        try
        {
            return new ChatTemplate(source, file, TemplateParser.Parse(source), specialTokens ?? new Dictionary<string, object?>());
        }
        catch (TemplateException exception)
        {
            throw Error(exception, source, file, exception.Line);
        }
    }

    /// <summary>Renders a conversation.</summary>
    /// <param name="messages">The conversation, oldest message first.</param>
    /// <param name="addGenerationPrompt">Whether to end the text with the header of an assistant turn to be generated.</param>
    /// <param name="variables">The template's other variables, for example <c>tools</c>, <c>documents</c>, <c>enable_thinking</c> or <c>date_string</c>: texts,
    /// numbers, Booleans, null, JSON, and lists and string-keyed dictionaries of these. <c>tools</c> and <c>documents</c> are None unless given.</param>
    /// <param name="now">The time for <c>strftime_now</c>; the current time unless given.</param>
    /// <exception cref="AttributionException">The template rejects the conversation, fails, or exceeds the limits of a template.</exception>
    public string Render(
        IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = false, IReadOnlyDictionary<string, object?>? variables = null, DateTime? now = null) =>
        Trace(messages, addGenerationPrompt, variables, now).Text;

    /// <summary>Whether the template itself marks the model's text, with <c>{% generation %}</c>.</summary>
    internal bool MarksGeneration { get; }

    /// <summary>Renders a conversation and finds its last assistant turn in the text.</summary>
    /// <param name="messages">The conversation, oldest message first; the assistant turn need not be the last message.</param>
    /// <param name="variables">See <see cref="Render"/>.</param>
    /// <param name="now">See <see cref="Render"/>.</param>
    /// <param name="turns">The turns that count in the loss; a turn with <c>weight</c> 0 or <c>train</c> false never does.</param>
    /// <exception cref="AttributionException">The template rejects the conversation, the conversation has no assistant turn, or the turn cannot be found in the
    /// text.</exception>
    public RenderedConversation RenderConversation(
        IReadOnlyList<ChatMessage> messages, IReadOnlyDictionary<string, object?>? variables = null, DateTime? now = null,
            LossTurns turns = LossTurns.LastTurn) =>
        new AssistantTurnFinder(For(variables), variables, now ?? DateTime.Now).Find(messages, turns);

    /// <summary>Like <see cref="Render"/>, but also records what each pass of the template's loop over the messages wrote.</summary>
    internal RenderedTemplate Trace(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, IReadOnlyDictionary<string, object?>? variables,
        DateTime? now)
    {
        if (For(variables) is var other && other != this)
            return other.Trace(messages, addGenerationPrompt, variables, now);
        var values = messages.Select(TemplateValues.FromMessage).ToList();
        var all = new Dictionary<string, object?> { ["tools"] = null, ["documents"] = null };
        foreach (var (name, value) in _specialTokens.Concat(variables ?? new Dictionary<string, object?>()))
            all[name] = TemplateValues.From(value);
        all["messages"] = values.ToList<object?>();
        all["add_generation_prompt"] = addGenerationPrompt;

        var renderer = new TemplateRenderer(all, values, () => now ?? DateTime.Now);
        try
        {
            return renderer.Render(_template);
        }
        catch (TemplateException exception)
        {
            throw Error(exception, Source, File, renderer.Line);
        }
    }

    private ChatTemplate For(IReadOnlyDictionary<string, object?>? variables) =>
        _ofTools is { } ofTools && variables?.GetValueOrDefault("tools") is not null ? ofTools.Value : this;

    [GeneratedRegex(@"\{%[-+]?\s*generation\s*[-+]?%\}")]
    private static partial Regex GenerationTag();

    private static AttributionException Error(TemplateException exception, string source, string file, int line)
    {
        var lines = source.Split('\n');
        var construct = line > 0 && line <= lines.Length ? lines[line - 1].Trim() : "";
        var place = $"Line {line} of the chat template{(construct.Length is > 0 and <= 120 ? $" (`{construct}`)" : "")}";
        return exception.Fault switch
        {
            TemplateFault.Syntax => new(ErrorCodes.ChatTemplateSyntax, $"{place} cannot be used: {exception.Message}.") { File = file },
            TemplateFault.Raised => new(ErrorCodes.ChatTemplateRaised, $"The chat template refuses the conversation: {exception.Message}") { File = file },
            TemplateFault.Limit => new(ErrorCodes.ChatTemplateLimit, $"{place} is stopped: {exception.Message}.") { File = file },
            _ => new(ErrorCodes.ChatTemplateEvaluation, $"{place} failed: {exception.Message}.") { File = file },
        };
    }
}
