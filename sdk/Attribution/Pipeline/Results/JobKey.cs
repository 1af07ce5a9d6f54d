using System.Text.Json.Serialization;
using Attribution.Contracts;

namespace Attribution.Pipeline.Results;

/// <summary>Which job of a stage: what is named, in the words of the experiment. Not part of any fingerprint.</summary>
internal sealed record JobKey
{
    /// <summary>The name under which the draw at random goes as an attribution method.</summary>
    public const string Random = BaselineNames.Random;

    /// <summary>The name under which training on nothing goes as an attribution method.</summary>
    public const string None = BaselineNames.None;

    /// <summary>The dataset that a job is about.</summary>
    public string? Dataset { get; init; }

    /// <summary>Of the job that imports it: whether it is a <c>train</c> or <c>eval</c> set, or a file of <c>prompts</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>The attribution method of a table of vectors.</summary>
    public string? Method { get; init; }

    /// <summary>The training set of a run; null for the base model.</summary>
    public string? Train { get; init; }

    /// <summary>The evaluation set of a run.</summary>
    public string? Eval { get; init; }

    /// <summary>The method of a run's training vectors, or its baseline; null for the base model.</summary>
    public string? Attribution { get; init; }

    /// <summary>The method of a run's evaluation vectors; null for baselines.</summary>
    public string? Selection { get; init; }

    /// <summary>The 0-based block; null where the vectors are of no single one.</summary>
    public int? Layer { get; init; }

    /// <summary>Which of several jobs of one run.</summary>
    public string? Part { get; init; }

    /// <summary>Whether the job is about the model before any training.</summary>
    [JsonIgnore]
    public bool IsBaseModel => Attribution is null or None;

    /// <summary>Whether the run has a score for every training row.</summary>
    [JsonIgnore]
    public bool IsScored => Attribution is not (null or None or Random);

    /// <summary>The run that a job belongs to.</summary>
    [JsonIgnore]
    public JobKey Run => this with { Part = null };

    /// <summary>A run's folder below <c>out/</c>, which is also its name.</summary>
    [JsonIgnore]
    public string RunFolder => Attribution switch
    {
        null => $"base_model/{Eval}",
        None => $"{None}/{Eval}",
        _ when Selection is null => $"{Train}/{Attribution}/{Eval}",
        _ => $"{Train}/{Attribution}/{Eval}.{Selection}{(Layer is { } layer ? $".layer{layer}" : "")}",
    };

    /// <inheritdoc/>
    public override string ToString() => string.Join('.', new[] { Dataset, Kind, Method, Train, Eval, Attribution, Selection,
        Layer is { } layer ? $"layer{layer}" : null, Part }.OfType<string>());
}
