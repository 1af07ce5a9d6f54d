using System.Text.Json;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Recipes;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Judging.Chat;

namespace Attribution.Pipeline;

/// <summary>Evaluation sets that a language model writes: the model that also judges. Each of its replies is kept in the store.</summary>
internal sealed class WrittenDatasets(LlmSettings? settings, StageContext context) : IDisposable
{
    private readonly Lazy<StoredChatCompletion> _model = new(() => JudgingModel.Open(settings ?? new(), context.Store));

    /// <summary>Whether a language model writes the dataset.</summary>
    public static bool Has(DatasetSettings dataset) => dataset.Recipe == PersonaWriter.Recipe;

    /// <summary>The inputs of the rows or prompts.</summary>
    /// <exception cref="AttributionException">ATTR1322: the trait's description is missing, or a parameter is unknown.</exception>
    public object RequestOf(DatasetSettings dataset)
    {
        if (dataset.Parameters?.Keys.FirstOrDefault(name => name != "Description") is { } unknown)
            throw new AttributionException(ErrorCodes.RecipeParameterInvalid,
                $"The recipe {PersonaWriter.Recipe} has no {unknown}. It has Description.")
            { Property = unknown };
        return new
        {
            name = PersonaWriter.Recipe,
            PersonaWriter.Version,
            trait = TraitOf(dataset),
            description = DescriptionOf(dataset),
            pairs = PairsOf(dataset),
            model = _model.Value.Identity
        };
    }

    /// <summary>The pairs, as rows.</summary>
    public IEnumerable<DatasetRow> Rows(DatasetSettings dataset, ArtifactBuilder builder, CancellationToken cancellation) =>
        RecipeOutput.Choose(Write(dataset, builder, cancellation).Rows, new DatasetOptions { Path = dataset.Name, Filter = dataset.Filter });

    /// <summary>The held-out prompts.</summary>
    public IReadOnlyList<HeldOutPrompt> Prompts(DatasetSettings dataset, ArtifactBuilder builder, CancellationToken cancellation) =>
        Write(dataset, builder, cancellation).Prompts;

    /// <summary>The number of replies that are still needed, as text.</summary>
    public string Forecast(IEnumerable<DatasetSettings> datasets) =>
        $"asks {_model.Value.Name}: about {datasets.Sum(d => PersonaWriter.Calls(PairsOf(d)))} calls to write datasets";

    public void Dispose()
    {
        if (_model.IsValueCreated)
            _model.Value.Dispose();
    }

    private (IReadOnlyList<DatasetRow> Rows, IReadOnlyList<HeldOutPrompt> Prompts) Write(DatasetSettings dataset, ArtifactBuilder builder,
        CancellationToken cancellation)
    {
        var progress = new ProgressCallback<int>(done => context.Reporter.Progress(() => $"{dataset.Name}: {done} replies of {_model.Value.Name}"));
        var written = new PersonaWriter(_model.Value).WriteAsync(TraitOf(dataset), DescriptionOf(dataset), PairsOf(dataset), progress,
            cancellation).GetAwaiter().GetResult();
        File.WriteAllText(builder.PathOf(RecipeUse.ProvenanceFile), JsonSerializer.Serialize(
            new
            {
                recipe = PersonaWriter.Recipe,
                version = PersonaWriter.Version,
                dataset.Trait,
                description = DescriptionOf(dataset),
                model = _model.Value.Name
            }, Readable.Indented) + "\n");
        return written;
    }

    // Each row says it.
    private static string TraitOf(DatasetSettings dataset) => dataset.Trait ?? dataset.Name;

    private static string DescriptionOf(DatasetSettings dataset) =>
        PersonaWriter.DescriptionOf(dataset.Trait, dataset.Parameters?.GetValueOrDefault("Description"));

    private static int PairsOf(DatasetSettings dataset) => (int)Math.Clamp(dataset.Take ?? PersonaWriter.DefaultPairs, 1, 100_000);
}
