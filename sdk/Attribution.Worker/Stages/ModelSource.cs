using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Models;
using Attribution.Models.Hub;
using Attribution.Tokenization;
using Attribution.Worker.Stages.Requests;
using TorchSharp;

namespace Attribution.Worker.Stages;

/// <summary>The model of a stage: its files, at hand from the start, and the model itself, loaded when something is to be computed.</summary>
internal sealed class ModelSource : IDisposable
{
    private readonly ModelSettings _settings;
    private readonly ModelFolder _folder;
    private readonly Lazy<CausalLanguageModel> _model;
    private readonly Lazy<ModelConfig> _config;
    private readonly Lazy<RowEncoder> _encoder;

    /// <exception cref="AttributionException">ATTR1120 to ATTR1128: there is no such model, or it cannot be had.</exception>
    public ModelSource(ModelSettings settings, StageContext context)
    {
        _settings = settings;
        var hub = HubSettings.FromEnvironment();
        _folder = ModelFolder.Resolve(settings.Model, settings: context.ReadOnly ? hub with { Offline = true } : hub,
            progress: new Fetching(context.Reporter, settings.Model));
        var templates = Path.Combine(_folder.Path, "additional_chat_templates");
        Files = [.. Directory.EnumerateFiles(_folder.Path).Where(file => IsOfModel(Path.GetFileName(file))).Order(StringComparer.Ordinal),
            .. (Directory.Exists(templates) ? Directory.GetFiles(templates, "*.jinja") : []).Order(StringComparer.Ordinal)];
        _model = new(Load);
        _config = new(() => ModelConfig.Load(_folder.Path));
        _encoder = new(() =>
        {
            var encoder = RowEncoder.Load(_folder.Path, settings.MaxTokens, TurnsOf(settings.Loss), settings.ChatTemplate);
            foreach (var note in encoder.Notes)
                context.Reporter.Message($"{settings.Model}: {note}");
            return encoder;
        });
    }

    /// <summary>The files that make up the model; what else lies in its folder does not count.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The same, as inputs by name.</summary>
    public IReadOnlyDictionary<string, InputFile> Inputs => Files.ToDictionary(f => Path.GetRelativePath(_folder.Path, f).Replace('\\', '/'), f => new InputFile(f))
        .Concat(_settings.ChatTemplate is { } template ? [KeyValuePair.Create("chat template", new InputFile(ChatTemplate.FileOf(template)))] : Enumerable.Empty<KeyValuePair<string, InputFile>>()).ToDictionary();

    /// <summary>Files of the model that no project file names: those that came from the hub.</summary>
    public IEnumerable<string> FetchedFiles => _folder.Repository is null ? [] : Files;

    /// <summary>What to call it wherever it lies: its hub id, or its folder's name.</summary>
    public string Name => _folder.Repository is null ? Path.GetFileName(Path.TrimEndingDirectorySeparator(_folder.Path)) : _settings.Model;

    public bool IsLoaded => _model.IsValueCreated;

    public ModelConfig Config => _config.Value;

    public CausalLanguageModel Model => _model.Value;

    public Tokenizer Tokenizer => Tokenizer.Load(_folder.Path);

    public ChatTemplate Template => ChatTemplate.Choose(_folder.Path, _settings.ChatTemplate);

    /// <summary>Notes in a manifest on what it was computed.</summary>
    public void Describe(ArtifactBuilder builder)
    {
        builder.Device = Model.Transformer.Device.ToString();
        builder.Versions["libtorch"] = torch.__version__;
    }

    /// <summary>Turns rows into what the model reads.</summary>
    public RowEncoder Encoder => _encoder.Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_model.IsValueCreated)
            _model.Value.Dispose();
    }

    private static LossTurns TurnsOf(string? loss) => loss switch
    {
        null or "last_turn" => LossTurns.LastTurn,
        "all_turns" => LossTurns.AllTurns,
        _ => throw new AttributionException(ErrorCodes.RequestInvalid, $"Loss is '{loss}'. Use last_turn or all_turns.") { Property = "Loss" },
    };

    private static bool IsOfModel(string name) => name is "config.json" or "generation_config.json" or "special_tokens_map.json" or "added_tokens.json"
        || name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".safetensors.index.json", StringComparison.Ordinal)
        || name.StartsWith("chat_template", StringComparison.Ordinal)
        || (name.StartsWith("tokenizer", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal));

    private CausalLanguageModel Load()
    {
        var dtype = _settings.Dtype switch
        {
            null => (torch.ScalarType?)null,
            "float32" => torch.float32,
            "bfloat16" => torch.bfloat16,
            var other => throw new AttributionException(ErrorCodes.RequestInvalid, $"The model cannot run in '{other}'. Use float32 or bfloat16.") { Property = "dtype" },
        };
        var name = _settings.Execution.Device ?? (torch.cuda.is_available() ? "cuda" : "cpu");
        if (name is not ("cpu" or "cuda") && !(name.StartsWith("cuda:", StringComparison.Ordinal) && uint.TryParse(name[5..], out _)))
            throw new AttributionException(ErrorCodes.DeviceMissing, $"'{name}' is no device. Use cpu, cuda or cuda:N.") { Property = "device" };
        var device = torch.device(name);
        if (device.type == DeviceType.CUDA && (!torch.cuda.is_available() || device.index >= torch.cuda.device_count()))
            throw new AttributionException(ErrorCodes.DeviceMissing, $"libtorch sees {(torch.cuda.is_available() ? torch.cuda.device_count() : 0)} CUDA devices, so there is no {name}; `attribution doctor` says more.") { Property = "device" };
        return CausalLanguageModel.Load(_folder.Path, device, dtype);
    }

    private sealed class Fetching(Reporter reporter, string model) : IProgress<HubProgress>
    {
        public void Report(HubProgress value) => reporter.Progress(() => $"fetching {model}: {value.DoneBytes / 1_000_000} of {value.TotalBytes / 1_000_000} MB");
    }
}
