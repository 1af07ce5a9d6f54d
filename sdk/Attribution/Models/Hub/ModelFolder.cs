using Attribution.Diagnostics;
using Attribution.Models.Safetensors;

namespace Attribution.Models.Hub;

/// <summary>A folder with a model's files, wherever the model came from.</summary>
/// <param name="Path">The folder's full path.</param>
/// <param name="Repository">The hub repository that the folder is a snapshot of; null if a folder was named.</param>
/// <param name="Commit">The commit of that repository; null if a folder was named.</param>
public sealed record ModelFolder(string Path, HubRepository? Repository, string? Commit)
{
    /// <summary>
    /// Finds a model: an existing folder with this name; else a Hugging Face id, <c>organization/name</c> with an optional <c>@revision</c>, in the local hub
    /// cache; else the same id on the hub, downloaded into the cache.
    /// </summary>
    /// <remarks>
    /// A cached model is used without asking the hub, so that a build gives the same result tomorrow. To follow a branch that has moved, remove its entry from
    /// the cache, or name the commit.
    /// </remarks>
    /// <param name="idOrFolder">The id or folder.</param>
    /// <param name="contents">The part of the model that is needed.</param>
    /// <param name="settings">The addresses of hub and cache; from the environment if null.</param>
    /// <param name="progress">Receives the number of bytes, from several threads.</param>
    /// <param name="cancel">Cancels a download; received bytes are kept, and a later download resumes.</param>
    /// <exception cref="AttributionException">ATTR1120 to ATTR1128.</exception>
    public static async Task<ModelFolder> ResolveAsync(string idOrFolder, ModelContents contents = ModelContents.All, HubSettings? settings = null,
        IProgress<HubProgress>? progress = null, CancellationToken cancel = default)
    {
        if (Directory.Exists(idOrFolder))
        {
            ModelFiles.Check(Directory.EnumerateFiles(idOrFolder).Select(file => System.IO.Path.GetFileName(file)).ToHashSet(), contents, idOrFolder);
            return new(System.IO.Path.GetFullPath(idOrFolder), null, null);
        }
        if (!HubRepository.TryParse(idOrFolder, HubRepositoryKind.Model, out var repository))
            throw new AttributionException(ErrorCodes.ModelNotFound,
                $"'{idOrFolder}' is neither a folder that exists nor a Hugging Face id such as "
                + "meta-llama/Llama-3.1-8B-Instruct or Qwen/Qwen3-4B@main.")
            { File = idOrFolder };

        using var client = new HubClient(settings ?? HubSettings.FromEnvironment());
        if (client.FindCachedCommit(repository) is { } commit && IsCached(client, repository, commit, contents))
            return new(System.IO.Path.GetFullPath(client.SnapshotFolder(repository, commit)), repository, commit);
        try
        {
            return await FetchAsync(client, repository, contents, progress, cancel).ConfigureAwait(false);
        }
        catch (AttributionException e) when (e.Code is ErrorCodes.HubNotFound or ErrorCodes.HubOffline)
        {
            // A mistyped folder often looks like an id.
            throw new AttributionException(e.Code, $"{e.Message} Nor is there a folder '{idOrFolder}'.", e) { File = e.File, Property = e.Property };
        }
    }

    /// <summary>Calls <see cref="ResolveAsync"/> and waits for the result.</summary>
    /// <exception cref="AttributionException">ATTR1120 to ATTR1128.</exception>
    public static ModelFolder Resolve(string idOrFolder, ModelContents contents = ModelContents.All, HubSettings? settings = null,
        IProgress<HubProgress>? progress = null, CancellationToken cancel = default) =>
        ResolveAsync(idOrFolder, contents, settings, progress, cancel).GetAwaiter().GetResult();

    private static bool IsCached(HubClient client, HubRepository repository, string commit, ModelContents contents) =>
        ModelFiles.FirstMissing(client.SnapshotFolder(repository, commit), contents, path => client.IsKnownAbsent(repository, commit, path)) is null;

    private static async Task<ModelFolder> FetchAsync(HubClient client, HubRepository repository, ModelContents contents, IProgress<HubProgress>? progress,
        CancellationToken cancel)
    {
        var listing = await client.ListAsync(repository, cancel).ConfigureAwait(false);
        var names = listing.Files.Select(file => file.Path).ToHashSet();
        ModelFiles.Check(names, contents, repository.ToString());
        foreach (var absent in new[] { ModelFiles.Config, ModelFiles.Tokenizer }.Where(name => !names.Contains(name)))
            client.MarkAbsent(listing, absent);

        var isSharded = !names.Contains(SafetensorsCollection.SingleFile);
        var wanted = listing.Files.Where(file => ModelFiles.IsWanted(file.Path, contents, isSharded)).ToList();
        if (isSharded && contents == ModelContents.All)
            wanted.AddRange(await ShardsAsync(client, listing, cancel).ConfigureAwait(false));
        var folder = await client.DownloadAsync(listing, wanted, progress, cancel).ConfigureAwait(false);
        return new(System.IO.Path.GetFullPath(folder), repository, listing.Commit);
    }

    /// <summary>The shards that the index names. A repository often contains the same weights in other files too.</summary>
    private static async Task<IEnumerable<HubFile>> ShardsAsync(HubClient client, HubListing listing, CancellationToken cancel)
    {
        var folder = await client.DownloadAsync(listing, [listing.Find(SafetensorsCollection.IndexFile)!], cancel: cancel).ConfigureAwait(false);
        return SafetensorsIndex.Read(System.IO.Path.Combine(folder, SafetensorsCollection.IndexFile)).Values.Distinct().Select(shard => listing.Find(shard)
            ?? throw new AttributionException(ErrorCodes.ModelIncomplete,
                $"The index {SafetensorsCollection.IndexFile} names the shard {shard}, which "
                + "the repository does not have.")
            { File = listing.Repository.ToString(), Property = shard });
    }
}
