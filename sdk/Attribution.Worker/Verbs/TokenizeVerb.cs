using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Attribution.Models.Hub;
using Attribution.Tokenization;
using Attribution.Worker.CommandLine;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution tokenize</c>: shows the tokens of a text or a conversation under a model's tokenizer and chat template.</summary>
public static class TokenizeVerb
{
    // For people: only the escapes that JSON requires.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Creates the verb. It prints JSON: the text, and for each token its id, piece and offsets, and for a conversation whether it is kept.</summary>
    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "The model's folder, or its Hugging Face id.", Required = true };
        var messages = new Option<string?>("--messages")
        {
            Description = "A JSON file: a list of {role, content}, or an object with it as \"messages\" "
            + "and more for the chat template, such as \"tools\"."
        };
        var text = new Option<string?>("--text") { Description = "A text, encoded with the special tokens that the tokenizer adds." };
        var template = ModelOptions.ChatTemplateOption();
        var maxTokens = new Option<int>("--max-tokens")
        {
            Description = "The number of tokens to keep from the end of a conversation.",
            DefaultValueFactory = _ => ConversationEncoder.DefaultMaxTokens
        };
        maxTokens.Require(value => value > 0, "at least 1");
        var verb = new Command("tokenize", "Prints the tokens of a text or a conversation as JSON: ids, pieces, offsets and the keep mask.")
        {
            model,
            messages,
            text,
            template,
            maxTokens,
        };
        verb.Validators.Add(line =>
        {
            if (line.GetValue(messages) is null == line.GetValue(text) is null)
                line.AddError("Give either --messages or --text.");
            if (line.GetValue(text) is not null && line.GetValue(template) is not null)
                line.AddError("--chat-template is for --messages; a text has no template.");
        });
        verb.SetAction(async (parsed, cancel) =>
        {
            var folder = await ModelFolder.ResolveAsync(parsed.GetRequiredValue(model), ModelContents.Text, cancel: cancel);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(text) is { } given)
                WriteText(LoadForText(folder.Path, parsed), given, output);
            else
                WriteConversation(folder.Path, parsed.GetValue(template), parsed.GetRequiredValue(messages)!, parsed.GetValue(maxTokens), output);
            return 0;
        });
        return verb;
    }

    /// <summary>Loads a tokenizer for a plain text, and says where the folder's files contradict each other about its special tokens.</summary>
    internal static Tokenizer LoadForText(string folder, ParseResult parsed)
    {
        var tokenizer = Tokenizer.Load(folder);
        foreach (var note in tokenizer.PlainTextNotes)
            parsed.InvocationConfiguration.Error.WriteLine($"note: {note}");
        return tokenizer;
    }

    private static void WriteText(Tokenizer tokenizer, string text, TextWriter output)
    {
        var (ids, offsets) = tokenizer.Encode(text);
        Write(output, [("text", text), .. Tokens(tokenizer, ids, offsets)]);
    }

    private static void WriteConversation(string folder, string? template, string path, int maxTokens, TextWriter output)
    {
        var file = MessagesFile.Read(path);
        var tokenizer = Tokenizer.Load(folder);
        var encoded = new ConversationEncoder(tokenizer, ChatTemplate.Choose(folder, template), maxTokens, file.Variables).Encode(file.Messages, path);
        Write(output,
        [
            ("text", encoded.Text),
            .. Tokens(tokenizer, encoded.Ids, encoded.Offsets),
            ("keep", encoded.Keep),
            ("keep_span", Pair(encoded.KeepSpan)),
            ("truncated", encoded.Truncated),
            ("answer_is_cut_away", encoded.AnswerIsCutAway),
        ]);
    }

    private static (string, object)[] Tokens(Tokenizer tokenizer, int[] ids, TextSpan[] offsets) =>
        [("ids", ids), ("pieces", Array.ConvertAll(ids, id => tokenizer.IdToToken(id))), ("offsets", Array.ConvertAll(offsets, Pair))];

    private static int[] Pair(TextSpan span) => [span.Start, span.End];

    private static void Write(TextWriter output, (string Name, object Value)[] members)
    {
        var lines = members.Select(member => $"  {JsonSerializer.Serialize(member.Name)}: {JsonSerializer.Serialize(member.Value, Json)}");
        output.WriteLine("{\n" + string.Join(",\n", lines) + "\n}");
    }
}
