using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Attribution.Diagnostics;

namespace Attribution.Worker.Comparison;

/// <summary>A commit of the git repository that a folder is in.</summary>
internal sealed class GitRevision
{
    private readonly string _folder, _name, _commit;

    private GitRevision(string folder, string name, string commit, string description) =>
        (_folder, _name, _commit, Description) = (folder, name, commit, description);

    /// <summary>The commit's short hash and date.</summary>
    public string Description { get; }

    /// <summary>Finds a commit by any name that git accepts.</summary>
    /// <exception cref="AttributionException">ATTR1712: git is not installed, or the folder is not in a repository. ATTR1713: there is no such
    /// commit.</exception>
    public static GitRevision Find(string folder, string name)
    {
        if (Git(folder, "rev-parse", "--git-dir") is { Code: not 0 } outside)
            throw new AttributionException(ErrorCodes.GitUnusable,
                $"'{folder}' cannot be compared with a revision: git says '{outside.Error}'.")
            { File = folder };
        var found = Git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", $"{name}^{{commit}}");
        if (found.Code != 0)
            throw new AttributionException(ErrorCodes.RevisionUnknown,
                $"The git repository of '{folder}' has no revision '{name}'. `git log --oneline` lists those that it has; a "
                + "shallow clone lacks old ones.")
            { Property = "--against" };
        var commit = found.Output.Trim();
        return new(folder, name, commit, Git(folder, "show", "--no-patch", "--format=%h, %cs", commit).Output.Trim());
    }

    /// <summary>The content of a file at this commit.</summary>
    /// <param name="path">The path relative to the folder, with <c>/</c>.</param>
    /// <exception cref="AttributionException">ATTR1714: the commit has no such file.</exception>
    public string Read(string path)
    {
        var file = Git(_folder, "show", $"{_commit}:./{path}");
        return file.Code == 0 ? file.Output : throw new AttributionException(ErrorCodes.SnapshotNotInRevision,
            $"The revision '{_name}' ({Description}) has no {path} of '{_folder}'. `git log --oneline -- {Path.Combine(_folder, path)}` lists the "
                + "revisions that changed it.")
        { File = path, Property = "--against" };
    }

    private static (int Code, string Output, string Error) Git(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", folder, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8
        };
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.Result.Trim());
        }
        catch (Win32Exception e)
        {
            throw new AttributionException(ErrorCodes.GitUnusable,
                "Comparing with a revision needs git, which is not on the PATH. Install it (Debian: apt-get install git).", e)
            { Property = "--against" };
        }
    }
}
