using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Attribution.Models.Hub;

/// <summary>A repository of the Hugging Face hub at a revision.</summary>
/// <param name="Kind">The kind of its content.</param>
/// <param name="Id"><c>organization/name</c>, or just the name for the hub's oldest models.</param>
/// <param name="Revision">A branch, tag or commit.</param>
public sealed partial record HubRepository(HubRepositoryKind Kind, string Id, string Revision = HubRepository.MainRevision)
{
    /// <summary>The revision if none is named.</summary>
    public const string MainRevision = "main";

    /// <summary>The path of its web page, relative to the hub's address.</summary>
    public string Page => Kind == HubRepositoryKind.Dataset ? $"datasets/{Id}" : Id;

    /// <summary>Its folder in the cache.</summary>
    public string CacheFolder => $"{(Kind == HubRepositoryKind.Dataset ? "datasets" : "models")}--{Id.Replace("/", "--")}";

    /// <summary>Reads <c>organisation/name</c> or <c>organisation/name@revision</c>.</summary>
    /// <returns>False if the text breaks the hub's naming rules.</returns>
    public static bool TryParse(string text, HubRepositoryKind kind, [NotNullWhen(true)] out HubRepository? repository)
    {
        repository = null;
        var at = text.IndexOf('@');
        var id = at < 0 ? text : text[..at];
        var revision = at < 0 ? MainRevision : text[(at + 1)..];
        if (id.Length > 96 || id.Contains("--") || id.Contains("..") || id.EndsWith(".git", StringComparison.Ordinal) || !IdPattern.IsMatch(id))
            return false;
        if (!IsRevision(revision))
            return false;
        repository = new(kind, id, revision);
        return true;
    }

    /// <summary>The id with its revision, in the form that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => Revision == MainRevision ? Id : $"{Id}@{Revision}";

    internal string ApiPath(string revision) =>
        $"api/{(Kind == HubRepositoryKind.Dataset ? "datasets" : "models")}/{Id}/revision/{Uri.EscapeDataString(revision)}?blobs=true";

    internal string FilePath(string commit, string file) =>
        $"{Page}/resolve/{commit}/{string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}";

    internal static bool IsCommit(string revision) => CommitPattern.IsMatch(revision);

    // Git's rules for ref names, as far as they keep a revision inside the cache's refs folder.
    private static bool IsRevision(string revision) =>
        RevisionPattern.IsMatch(revision) && !revision.Contains("..") && !revision.Contains("//") && !revision.EndsWith('/');

    [GeneratedRegex(@"^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?(/[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern { get; }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_./+-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex RevisionPattern { get; }

    [GeneratedRegex(@"^[0-9a-f]{40}\z", RegexOptions.CultureInvariant)]
    private static partial Regex CommitPattern { get; }
}

/// <summary>The kinds of hub repository; the hub and its cache keep them apart.</summary>
public enum HubRepositoryKind
{
    /// <summary>A model: <c>models--org--name</c> in the cache.</summary>
    Model,

    /// <summary>A data set: <c>datasets--org--name</c> in the cache.</summary>
    Dataset,
}
