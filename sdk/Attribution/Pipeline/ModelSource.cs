using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Models;
using Attribution.Models.Hub;
using Attribution.Tensors;
using Attribution.Tokenization;
using Attribution.Tokenization.ChatTemplates;
using TorchSharp;

namespace Attribution.Pipeline;

/// <summary>The model of a stage. Its files are known from the start; the model itself is loaded when something must be computed.</summary>
internal sealed class ModelSource : IDisposable
{
    private readonly ModelSettings _settings;
    private readonly StageContext _context;
    private readonly ModelFolder _folder;
    private readonly Lazy<CausalLanguageModel> _model;
    private readonly Lazy<ModelConfig> _config;
    private readonly Lazy<Tokenizer> _tokenizer;
    private readonly Lazy<ChatTemplate> _template;
    private readonly Lazy<RowEncoder> _encoder, _lastTurnEncoder;

    /// <exception cref="AttributionException">ATTR1120 to ATTR1128: there is no such model, or it cannot be fetched.</exception>
    public ModelSource(ModelSettings settings, StageContext context)
    {
        (_settings, _context) = (settings, context);
        var hub = HubSettings.FromEnvironment();
        _folder = ModelFolder.Resolve(settings.Model, settings: context.ReadOnly ? hub with { Offline = true } : hub,
            progress: context.Reporter.Fetching(settings.Model), cancel: context.Cancellation);
        Files = [.. Directory.EnumerateFiles(_folder.Path).Where(file => IsOfModel(Path.GetFileName(file))).Order(StringComparer.Ordinal),
            .. ChatTemplateFiles.AdditionalIn(_folder.Path)];
        _model = new(Load);
        _config = new(() => ModelConfig.Load(_folder.Path));
        _tokenizer = new(() => Tokenizer.Load(_folder.Path));
        _template = new(() => ChatTemplate.Choose(_folder.Path, settings.ChatTemplate));
        var turns = (settings as LossSettings)?.Loss;
        _encoder = new(() =>
        {
            var encoder = EncoderOf(TurnsOf(turns));
            foreach (var note in encoder.Notes)
                context.Reporter.Message($"{settings.Model}: {note}");
            return encoder;
        });
        _lastTurnEncoder = new(() => TurnsOf(turns) == LossTurns.LastTurn ? Encoder : EncoderOf(LossTurns.LastTurn));
    }

    /// <summary>The files that make up the model; other files in its folder are not listed.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The same files as inputs, by name.</summary>
    public IReadOnlyDictionary<string, InputFile> Inputs => Files.ToDictionary(f => Path.GetRelativePath(_folder.Path, f).Replace('\\', '/'), f =>
        new InputFile(f))
        .Concat(_settings.ChatTemplate is { } template ? [KeyValuePair.Create("chat template", new InputFile(ChatTemplate.FileOf(template)))]
            : Enumerable.Empty<KeyValuePair<string, InputFile>>()).ToDictionary();

    /// <summary>The model's files that came from the hub, which no project file names.</summary>
    public IEnumerable<string> FetchedFiles => _folder.Repository is null ? [] : Files;

    /// <summary>A name for the model that does not depend on where it lies: its hub id, or its folder's name.</summary>
    public string Name => _folder.Repository is null ? Path.GetFileName(Path.TrimEndingDirectorySeparator(_folder.Path)) : _settings.Model;

    public bool IsLoaded => _model.IsValueCreated;

    public ModelConfig Config => _config.Value;

    public CausalLanguageModel Model => _model.Value;

    public Tokenizer Tokenizer => _tokenizer.Value;

    public ChatTemplate Template => _template.Value;

    /// <summary>Adds the model's device and libtorch's version to a manifest.</summary>
    public void Describe(ArtifactBuilder builder)
    {
        builder.Device = Model.Transformer.Device.ToString();
        builder.Versions["libtorch"] = $"{TorchLibrary.Load().Version}";
    }

    /// <summary>Encodes rows as the model's tokens.</summary>
    public RowEncoder Encoder => _encoder.Value;

    /// <summary>Encodes rows as the model's tokens, with the last turn as the answer whatever counts in the loss.</summary>
    public RowEncoder LastTurnEncoder => _lastTurnEncoder.Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_model.IsValueCreated)
            _model.Value.Dispose();
    }

    private RowEncoder EncoderOf(LossTurns turns) => RowEncoder.Load(_folder.Path,
        _settings is ConversationSettings conversations ? conversations.MaxTokens : ConversationEncoder.DefaultMaxTokens, turns, _settings.ChatTemplate);

    private static LossTurns TurnsOf(string? loss) => loss switch
    {
        null or LossNames.LastTurn => LossTurns.LastTurn,
        LossNames.AllTurns => LossTurns.AllTurns,
        _ => throw new AttributionException(ErrorCodes.RequestInvalid,
            $"Loss is '{loss}'. Use {LossNames.LastTurn} or {LossNames.AllTurns}.")
        { Property = "Loss" },
    };

    private static bool IsOfModel(string name) => name is "config.json" or "generation_config.json" or "special_tokens_map.json" or "added_tokens.json"
        || name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".safetensors.index.json", StringComparison.Ordinal)
        || name.StartsWith("chat_template", StringComparison.Ordinal)
        || (name.StartsWith("tokenizer", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal));

    private CausalLanguageModel Load()
    {
        if (_context.IsHead)
            throw new UnitMissingException();
        var dtype = _settings.Dtype switch
        {
            DTypeNames.Float32 => torch.ScalarType.Float32,
            DTypeNames.BFloat16 => torch.ScalarType.BFloat16,
            var other => throw new AttributionException(ErrorCodes.RequestInvalid,
                $"The model cannot run in '{other}'. Use float32 or bfloat16.")
            { Property = "dtype" },
        };
        if (TorchLibrary.Load() is { Fits: false } unfit)
            _context.Reporter.Warning(ErrorCodes.LibTorchVersion, TorchLibrary.VersionWarning(unfit));
        return CausalLanguageModel.Load(_folder.Path, Devices.Of(VisibleDevices.NameOf(_settings.Execution)), dtype);
    }
}
