using System.Text.Json;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Recipes;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Models.Hub;

namespace Attribution.Pipeline;

/// <summary>
/// An experiment's use of a recipe for a published dataset: its files, found when the stage is planned, and the rows and prompts made from them.
/// </summary>
internal sealed class RecipeUse
{
    /// <summary>The file that records where the rows come from.</summary>
    public const string ProvenanceFile = "provenance.json";

    private readonly DatasetSettings _dataset;
    private readonly PublishedRecipe _recipe;
    private readonly RecipeParameters _parameters;
    private readonly RecipeSource _source;
    private readonly StageContext _context;

    /// <exception cref="AttributionException">ATTR1322: a parameter is wrong; ATTR1301, ATTR1320, ATTR1123 to ATTR1128: the files cannot be
    /// fetched.</exception>
    public RecipeUse(DatasetSettings dataset, PublishedRecipe recipe, StageContext context)
    {
        (_dataset, _recipe, _context) = (dataset, recipe, context);
        _parameters = RecipeParameters.Of(recipe, dataset.Parameters ?? []);
        var hub = HubSettings.FromEnvironment();
        try
        {
            _source = RecipeSource.Resolve(dataset.Path ?? "", recipe, _parameters, context.ReadOnly ? hub with { Offline = true } : hub,
                context.Reporter.Fetching($"the files of {recipe.Name}"), context.Cancellation);
        }
        catch (AttributionException e) when (e.Code == ErrorCodes.HubOffline && context.ReadOnly && !hub.Offline)
        {
            throw new AttributionException(e.Code, $"A build fetches the files of {e.Property} first.", e) { Property = e.Property };
        }
    }

    /// <summary>The inputs of the rows or prompts.</summary>
    public object Request => new
    {
        _recipe.Name,
        _recipe.Version,
        parameters = _parameters.Values,
        repository = _source.Repository?.Id,
        _source.Commit,
        files = _source.Files.Select(f => new InputFile(f)),
    };

    /// <summary>The recipe's files that came from the hub, which no project file names.</summary>
    public IEnumerable<string> FetchedFiles => _source.Repository is null ? [] : _source.Files;

    /// <summary>The first file, for error messages.</summary>
    public string File => _source.Files[0];

    /// <summary>The rows. After the last row, their provenance is written beside them.</summary>
    public IEnumerable<DatasetRow> Rows(ArtifactBuilder builder, DatasetOptions options)
    {
        var broken = new BrokenRows();
        foreach (var row in RecipeOutput.Choose(_recipe.Rows(_source, _parameters, broken), options))
            yield return row;
        Finish(builder, broken);
    }

    /// <summary>The held-out prompts.</summary>
    /// <exception cref="AttributionException">ATTR1324: the recipe holds out no prompts.</exception>
    public IReadOnlyList<HeldOutPrompt> Prompts(ArtifactBuilder builder)
    {
        var broken = new BrokenRows();
        var prompts = _recipe.Prompts(_source, _parameters, broken);
        Finish(builder, broken);
        return prompts.Count > 0 ? prompts : throw new AttributionException(ErrorCodes.RecipeWithoutPrompts, _recipe.HoldsOutPrompts
            ? $"The recipe {_recipe.Name} holds out a fifth of the rows at most, and '{_dataset.Name}' has too few for that. Name more files, or a file "
                + $"of Prompts."
            : $"The recipe {_recipe.Name} holds out no prompts. Name a file of Prompts.")
        { File = File, Property = "Prompts" };
    }

    private void Finish(ArtifactBuilder builder, BrokenRows broken)
    {
        broken.Check(_recipe.Name);
        System.IO.File.WriteAllText(builder.PathOf(ProvenanceFile), JsonSerializer.Serialize(new
        {
            recipe = _recipe.Name,
            version = _recipe.Version,
            parameters = _parameters.Values,
            repository = _source.Repository?.Id,
            revision = _source.Commit,
            files = _source.Files.Select(f => new { name = Path.GetFileName(f), sha256 = _context.Store.Hasher.HashFile(f).ToString() }),
            rowsRead = broken.Read,
            rowsBroken = broken.Count,
            broken = broken.Examples.Select(b => new { file = Path.GetFileName(b.File), b.Row, b.Column, b.Reason }),
            leftOut = broken.LeftOut,
        }, Readable.Indented) + "\n");
        if (broken.Count > 0)
            _context.Reporter.Warning(ErrorCodes.BrokenRowsSkipped,
                $"The recipe {_recipe.Name} skipped {broken.Count} broken rows of {broken.Read} for '{_dataset.Name}': "
                    + $"{string.Join("; ", broken.Examples.Take(3))}{(broken.Count > 3 ? "; ..." : ".")}",
                broken.Examples[0].File, broken.Examples[0].Row);
    }
}
