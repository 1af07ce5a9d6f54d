using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attribution.Diagnostics;
using TorchSharp;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution logits</c>: prints a model's logits after every token as JSON, to compare a model with another program.</summary>
public static class LogitsVerb
{
    /// <summary>Creates the verb.</summary>
    public static Command Create()
    {
        var tokens = new Option<int[]>("--tokens")
        {
            Description = "Token ids, separated by commas.",
            Required = true,
            CustomParser = result =>
            {
                var parts = result.Tokens.SelectMany(token => token.Value.Split(',')).ToArray();
                var ids = parts.Select(part => int.TryParse(part, out var id) ? id : -1).ToArray();
                if (ids.Length == 0 || ids.Any(id => id < 0))
                    result.AddError("--tokens must be token ids with commas between them, such as 1,403,407.");
                return ids;
            },
        };
        var verb = new Command("logits", "Prints a model's logits after each token as JSON.") { tokens };
        var model = new ModelOptions(verb);
        verb.SetAction(parsed =>
        {
            using var loaded = model.Load(parsed, model.Folder(parsed));
            var ids = parsed.GetRequiredValue(tokens);
            if (ids.FirstOrDefault(id => id >= loaded.Config.VocabularySize, -1) is >= 0 and var beyond)
                throw new AttributionException(ErrorCodes.TokenOutOfRange,
                    $"The token {beyond} is not in the model's vocabulary of {loaded.Config.VocabularySize}.")
                { Property = "--tokens" };
            using var none = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            var transformer = loaded.Transformer;
            var stream = transformer.Embed(torch.tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Length], device: transformer.Device));
            stream = transformer.Run(stream, transformer.Context(1, ids.Length), 0, loaded.Config.BlockCount);
            var logits = transformer.Logits(stream).to(torch.float32).cpu().data<float>().ToArray();
            var result = new { tokens = ids, logits = logits.Chunk(loaded.Config.VocabularySize) };
            parsed.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(result,
                new JsonSerializerOptions { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals }));
        });
        return verb;
    }
}
