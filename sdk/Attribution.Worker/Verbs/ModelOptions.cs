using System.CommandLine;
using System.CommandLine.Parsing;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Hub;
using Attribution.Tensors;
using Attribution.Tokenization;
using TorchSharp;

namespace Attribution.Worker.Verbs;

/// <summary>The options of every verb that runs a model.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string> _model = new("--model")
    {
        Description = "A model's folder, or a Hugging Face id.",
    };

    private readonly Option<string> _device = new("--device")
    {
        Description = "cpu, cuda or cuda:N.",
        DefaultValueFactory = _ => "cpu",
    };

    private readonly Option<string?> _template = ChatTemplateOption();

    private readonly Option<string> _loss = new("--loss")
    {
        Description = "Whose loss counts: last_turn or all_turns.",
        DefaultValueFactory = _ =>
        LossNames.LastTurn
    };

    private readonly Option<string?> _dtype = new("--dtype") { Description = "float32 or bfloat16; unless given, the type that the model was published in." };

    /// <summary>The option of every verb that renders conversations.</summary>
    public static Option<string?> ChatTemplateOption() => new("--chat-template")
    {
        Description = "A chat template instead of the model's own: a shipped one, such as chatml, or a file.",
    };

    /// <param name="verb">The verb.</param>
    /// <param name="isRequired">Whether the verb always runs the model.</param>
    public ModelOptions(Command verb, bool isRequired = true)
    {
        _model.Required = isRequired;
        _dtype.AcceptOnlyFromAmong("float32", "bfloat16");
        _device.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } device && !Devices.IsName(device))
                result.AddError($"'{device}' is not a device: give cpu, cuda or cuda:N.");
        });
        verb.Add(_model);
        verb.Add(_device);
        verb.Add(_dtype);
    }

    /// <summary>Adds the options of verbs that read conversations.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="loss">Whether the verb computes their loss.</param>
    public void AddConversations(Command verb, bool loss)
    {
        verb.Add(_template);
        if (!loss)
            return;
        _loss.AcceptOnlyFromAmong([.. Names.Of(typeof(LossNames))]);
        verb.Add(_loss);
    }

    /// <summary>Whether a model was given.</summary>
    public bool IsGiven(CommandResult result) => result.GetResult(_model) is not null;

    /// <summary>The chosen chat template; null for the model's own.</summary>
    public string? ChatTemplate(ParseResult parsed) => parsed.GetValue(_template);

    /// <summary>The answers that count in the loss.</summary>
    public LossTurns Loss(ParseResult parsed) => parsed.GetValue(_loss) == LossNames.AllTurns ? LossTurns.AllTurns : LossTurns.LastTurn;

    /// <summary>The folder with the model's files, which are downloaded if necessary.</summary>
    /// <exception cref="AttributionException">There is no such model, or it cannot be fetched.</exception>
    public string Folder(ParseResult parsed) => ModelFolder.Resolve(parsed.GetRequiredValue(_model)).Path;

    /// <summary>The model's name in files for other machines: the given id or relative path; null for an absolute path.</summary>
    public string? NameForOthers(ParseResult parsed) => parsed.GetRequiredValue(_model) is var given && Path.IsPathRooted(given) ? null : given;

    /// <summary>Loads the model from a folder.</summary>
    /// <exception cref="AttributionException">The device does not exist, or the model is invalid.</exception>
    public CausalLanguageModel Load(ParseResult parsed, string folder)
    {
        if (TorchLibrary.Load() is { Fits: false } other)
            parsed.InvocationConfiguration.Error.WriteLine($"warning {ErrorCodes.LibTorchVersion}: {TorchLibrary.VersionWarning(other)}");
        var device = Devices.Of(parsed.GetRequiredValue(_device));
        var dtype = parsed.GetValue(_dtype) switch { null => (torch.ScalarType?)null, "bfloat16" => torch.bfloat16, _ => torch.float32 };
        return CausalLanguageModel.Load(folder, device, dtype);
    }
}
