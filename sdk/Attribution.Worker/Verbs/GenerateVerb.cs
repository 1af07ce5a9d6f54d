using System.CommandLine;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Generation;
using Attribution.Tokenization;
using Attribution.Worker.CommandLine;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution generate</c>: prints a model's text as it is generated.</summary>
public static class GenerateVerb
{
    /// <summary>Creates the verb.</summary>
    public static Command Create()
    {
        var prompt = new Option<string?>("--prompt") { Description = "The text to continue, used unchanged." };
        var messages = new Option<string?>("--messages") { Description = "A JSON file with a conversation to answer with the model's chat template." };
        var tokens = new Option<int>("--max-new-tokens") { Description = "The greatest number of tokens to generate.", DefaultValueFactory = _ => 256 };
        var temperature = new Option<double>("--temperature") { Description = "The sampling temperature; 0 takes the likeliest token." };
        var topP = new Option<double>("--top-p")
        {
            Description = "Sample from the likeliest tokens that together have this probability.",
            DefaultValueFactory = _ => 1
        };
        var seed = new Option<long>("--seed") { Description = "Decides what is drawn." };
        tokens.Require(value => value >= 0, "at least 0");
        OptionBounds.RequireSampling(temperature, topP);

        var verb = new Command("generate", "Continues a prompt or answers a conversation, printing the text as it is generated.") { prompt, messages,
            tokens, temperature, topP, seed };
        var model = new ModelOptions(verb);
        model.AddConversations(verb, loss: false);
        verb.Validators.Add(result =>
        {
            if (result.GetValue(prompt) is null == result.GetValue(messages) is null)
                result.AddError("Give either --prompt or --messages.");
        });
        verb.SetAction((parsed, cancellation) =>
        {
            var folder = model.Folder(parsed);
            var tokenizer = parsed.GetValue(prompt) is null ? Tokenizer.Load(folder) : TokenizeVerb.LoadForText(folder, parsed);
            var conversation = parsed.GetValue(messages) is { } file ? MessagesFile.Read(file) : null;
            var template = conversation is null ? null : ChatTemplate.Choose(folder, model.ChatTemplate(parsed));
            var ids = template is null ? tokenizer.EncodeToIds(parsed.GetValue(prompt)!) : tokenizer.EncodeToIds(template.Render(conversation!.Messages,
                addGenerationPrompt: true, conversation.Variables, ConversationEncoder.Date), addSpecialTokens: false);
            var window = ModelConfig.Load(folder).MaxPositions;
            if (ids.Length == 0 || ids.Length >= window)
                throw new AttributionException(ErrorCodes.PromptTooLong, ids.Length == 0 ? "The prompt has no tokens. Give a text."
                    : $"The prompt has {ids.Length} tokens, and the model's window is {window}: there is no room for an answer. Shorten the prompt.")
                { Property = template is null ? "--prompt" : "--messages" };
            using var loaded = model.Load(parsed, folder);
            var options = new GenerationOptions
            {
                MaxNewTokens = parsed.GetValue(tokens),
                Temperature = parsed.GetValue(temperature),
                TopP = parsed.GetValue(topP)
            };
            if (template is not null)
                options = AnswerEnd.Of(tokenizer, template).In(options, loaded);

            // The prompt is decoded too, because a token's text may depend on earlier tokens; only the text after it is printed.
            var output = parsed.InvocationConfiguration.Output;
            var decoder = tokenizer.CreateDecoder(skipSpecialTokens: true);
            var hidden = tokenizer.Decode(ids, skipSpecialTokens: true).Length;
            foreach (var id in ids)
                Print(decoder.Append(id));
            new TextGenerator(loaded).Generate([ids], options, [parsed.GetValue(seed)], (_, token) => Print(decoder.Append(token)), cancellation);
            Print(decoder.Finish());
            output.WriteLine();
            return Task.FromResult(0);

            void Print(string text)
            {
                var shown = Math.Min(hidden, text.Length);
                hidden -= shown;
                output.Write(text.AsSpan(shown));
                output.Flush();
            }
        });
        return verb;
    }
}
