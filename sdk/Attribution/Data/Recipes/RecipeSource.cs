using System.IO.Enumeration;
using System.Text.RegularExpressions;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;
using Attribution.Models.Hub;

namespace Attribution.Data.Recipes;

/// <summary>The local files that a recipe reads.</summary>
/// <param name="Files">Their paths, in the order of their names.</param>
/// <param name="Repository">The hub repository of the files; null for files that were named by path.</param>
/// <param name="Commit">Its commit.</param>
internal sealed partial record RecipeSource(IReadOnlyList<string> Files, HubRepository? Repository = null, string? Commit = null)
{
    /// <summary>A source of the user's own files.</summary>
    public static RecipeSource Of(params IReadOnlyList<string> files) => new(files);

    /// <summary>
    /// Finds the files: a file, a glob, or a folder that contains them under their published names; else a Hugging Face id, <c>organization/name</c> with an
    /// optional <c>@revision</c>; else, for a path without a folder or no path at all, the repository in which the dataset is published. Files in the hub's
    /// cache are used without asking the hub.
    /// </summary>
    /// <exception cref="AttributionException">ATTR1301: nothing was found. ATTR1320: the needed files are missing. ATTR1123 to ATTR1128: the hub
    /// failed.</exception>
    internal static RecipeSource Resolve(
        string path, PublishedRecipe recipe, RecipeParameters parameters, HubSettings? settings = null, IProgress<HubProgress>? progress = null,
            CancellationToken cancellation = default)
    {
        if (File.Exists(path))
            return new([path]);
        var patterns = recipe.FilesOf(parameters);
        if (Directory.Exists(path))
            return new(Wanted(path, patterns) ?? throw Without(recipe, patterns, path, [.. Directory.EnumerateFiles(path).Select(f => Path.GetFileName(f))]));
        if (path.AsSpan().ContainsAny('*', '?'))
        {
            using var connection = DuckDbDatabase.OpenReader();
            return DatasetFiles.Expand(path, connection) is { Count: > 0 } files ? new(files) : throw Nothing(path, recipe, "it matches no file");
        }
        // A name without a folder is the experiment's own name for the published dataset; a revision may follow it.
        var id = path.Contains('/') ? path : recipe.Repository + (path.IndexOf('@') is >= 0 and var at ? path[at..] : "");
        if (Path.IsPathRooted(path) || path.StartsWith('.') || HasDataExtension(path)
            || !HubRepository.TryParse(id, HubRepositoryKind.Dataset, out var repository))
            throw Nothing(path, recipe, "there is no such file or folder");
        return FetchAsync(repository, recipe, patterns, settings ?? HubSettings.FromEnvironment(), progress, cancellation).GetAwaiter().GetResult();
    }

    private static async Task<RecipeSource> FetchAsync(
        HubRepository repository, PublishedRecipe recipe, IReadOnlyList<string> patterns, HubSettings settings, IProgress<HubProgress>? progress,
            CancellationToken cancellation)
    {
        using var client = new HubClient(settings);
        if (client.FindCachedCommit(repository) is { } cached && Wanted(client.SnapshotFolder(repository, cached), patterns) is { } there)
            return new(there, repository, cached);
        try
        {
            var listing = await client.ListAsync(repository, cancellation).ConfigureAwait(false);
            var files = listing.Files.Where(f => patterns.Any(p => IsMatch(p, f.Path))).ToArray();
            if (!patterns.All(p => files.Any(f => IsMatch(p, f.Path))))
                throw Without(recipe, patterns, repository.ToString(), [.. listing.Files.Select(f => f.Path)]);
            var folder = await client.DownloadAsync(listing, files, progress, cancellation).ConfigureAwait(false);
            return new([.. files.Select(f => Path.Combine(folder, f.Path)).Order(StringComparer.Ordinal)], repository, listing.Commit);
        }
        catch (AttributionException e) when (e.Code == ErrorCodes.HubNotFound)
        {
            // A mistyped path often looks like an id.
            throw new AttributionException(e.Code, $"{e.Message} Nor is there a file or folder '{repository.Id}'.", e) { File = e.File, Property = e.Property };
        }
    }

    /// <summary>The files in a folder that match the patterns; null if some are missing.</summary>
    private static IReadOnlyList<string>? Wanted(string folder, IReadOnlyList<string> patterns)
    {
        if (!Directory.Exists(folder))
            return null;
        var names = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
            .Where(name => patterns.Any(p => IsMatch(p, name)) && File.Exists(Path.Combine(folder, name))).Order(StringComparer.Ordinal).ToArray();
        return patterns.All(p => IsWhole([.. names.Where(name => IsMatch(p, name))])) ? [.. names.Select(name => Path.Combine(folder, name))] : null;
    }

    // A name such as train-00001-of-00003.parquet tells how many there are.
    private static bool IsWhole(string[] names) => names.Length > 0
        && names.All(name => !Shard().IsMatch(name) || names.Length >= int.Parse(Shard().Match(name).Groups[1].ValueSpan));

    private static bool HasDataExtension(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is ".parquet" or ".jsonl" or ".ndjson" or ".json" or ".csv" or ".tsv" or ".gz" or ".zst";

    private static bool IsMatch(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    private static AttributionException Nothing(string path, PublishedRecipe recipe, string why) => new(ErrorCodes.DatasetNotFound,
        $"The recipe {recipe.Name} finds nothing at '{path}': {why}. Name its file or folder, a Hugging Face id, or no path at all for {recipe.Repository}.")
    { File = path };

    private static AttributionException Without(PublishedRecipe recipe, IReadOnlyList<string> patterns, string where, string[] there) =>
        new(ErrorCodes.RecipeFilesMissing,
        $"The recipe {recipe.Name} reads {string.Join(" and ", patterns)}, which '{where}' does not hold (whole). It holds "
            + $"{(there.Length == 0 ? "no files" : string.Join(", ", there.Take(10)))}{(there.Length > 10 ? ", ..." : "")}.")
        { File = where };

    [GeneratedRegex(@"-of-(\d{1,9})[.-]")]
    private static partial Regex Shard();
}
