using System.Text.Json.Serialization;
using Attribution.Contracts;
using Attribution.Pipeline.Grid;

namespace Attribution.Pipeline.Results;

/// <summary>Identifies a job within its stage, in the experiment's terms. Not part of any fingerprint.</summary>
internal sealed record JobKey
{
    /// <summary>The random draw's name in the place of an attribution method.</summary>
    public const string Random = BaselineNames.Random;

    /// <summary>The base model's name in the place of an attribution method.</summary>
    public const string None = BaselineNames.None;

    /// <summary>The dataset that the job is about.</summary>
    public string? Dataset { get; init; }

    /// <summary>For an imported dataset: <c>train</c>, <c>eval</c>, or <c>prompts</c> for a file of held-out prompts.</summary>
    public string? Kind { get; init; }

    /// <summary>The attribution method of a vector table.</summary>
    public string? Method { get; init; }

    /// <summary>The training set of a run; null for the base model.</summary>
    public string? Train { get; init; }

    /// <summary>The evaluation set of a run.</summary>
    public string? Eval { get; init; }

    /// <summary>The method of a run's training vectors, or its baseline; null for the base model.</summary>
    public string? Attribution { get; init; }

    /// <summary>The method of a run's evaluation vectors; null for baselines.</summary>
    public string? Selection { get; init; }

    /// <summary>The 0-based block; null if the vectors belong to no single block.</summary>
    public int? Layer { get; init; }

    /// <summary>The run's values on the axes that have several values; null if there are none.</summary>
    public RunPoint? Point { get; init; }

    /// <summary>Distinguishes the jobs of one run.</summary>
    public string? Part { get; init; }

    /// <summary>Whether the job is about the base model, before any training.</summary>
    [JsonIgnore]
    public bool IsBaseModel => Attribution is null or None;

    /// <summary>Whether the run has a score for every training row.</summary>
    [JsonIgnore]
    public bool IsScored => Attribution is not (null or None or Random);

    /// <summary>The run that a job belongs to.</summary>
    [JsonIgnore]
    public JobKey Run => this with { Part = null };

    /// <summary>The key of the base model's answers and losses that the run is compared with: those with its seed.</summary>
    [JsonIgnore]
    public JobKey Before => new() { Eval = Eval, Point = new RunPoint { Seed = Point?.Seed }.OrNull() };

    /// <summary>The key that all runs share that differ only in the seed.</summary>
    [JsonIgnore]
    public JobKey AnySeed => this with { Point = (Point is { } point ? point with { Seed = null } : null)?.OrNull() };

    /// <summary>The run's folder below <c>out/</c>, which is also its name: the selection, and below it the training's axes that have several values.</summary>
    [JsonIgnore]
    public string RunFolder
    {
        get
        {
            string[] training = [.. RunAxis.Names([.. RunAxis.Training, RunAxis.Seed], Point)];
            return training.Length == 0 ? SelectionFolder : $"{SelectionFolder}/{string.Join('.', training)}";
        }
    }

    private string SelectionFolder => Attribution switch
    {
        null => $"base_model/{Eval}",
        None => $"{None}/{Eval}",
        _ when Selection is null => string.Join('.', [$"{Train}/{Attribution}/{Eval}", .. RunAxis.Names(RunAxis.Selection, Point)]),
        _ => string.Join('.', [$"{Train}/{Attribution}/{Eval}.{Selection}{(Layer is { } layer ? $".layer{layer}" : "")}",
            .. RunAxis.Names(RunAxis.Selection, Point)]),
    };

    /// <inheritdoc/>
    public override string ToString() => string.Join('.', new[] { Dataset, Kind, Method, Train, Eval, Attribution, Selection,
        Layer is { } layer ? $"layer{layer}" : null }.Concat(RunAxis.Names(RunAxis.All, Point)).Append(Part).OfType<string>());
}
