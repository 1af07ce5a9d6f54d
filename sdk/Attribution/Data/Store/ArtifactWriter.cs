using System.Text.Json.Nodes;
using Attribution.Diagnostics;

namespace Attribution.Data.Store;

/// <summary>Turns a folder that a stage has filled into an artifact that is either complete and on the disk, or does not exist.</summary>
internal static class ArtifactWriter
{
    /// <summary>Writes the manifest, flushes every file and the folder, and only then gives the folder its final name.</summary>
    /// <exception cref="AttributionException">ATTR1810: there is no file, or one that cannot be stored.</exception>
    /// <exception cref="IOException">The file system failed, for example because the artifact already exists.</exception>
    public static Artifact Publish(ArtifactBuilder builder, string destination, TimeSpan took)
    {
        var request = builder.Request;
        var outputs = Outputs(builder);
        var manifest = new Manifest(request.Stage, request.Fingerprint, JsonNode.Parse(request.Canonical)!.AsObject(), request.Inputs, outputs,
            builder.AllVersions, builder.Device, took.TotalSeconds, DateTime.UtcNow);
        var manifestFile = Path.Combine(builder.Folder, Manifest.FileName);
        File.WriteAllText(manifestFile, manifest.Write());
        StableStorage.Flush(manifestFile);
        Rename(builder.Folder, destination);
        return new Artifact(request.Stage, request.Fingerprint, destination, outputs, Produced: true);
    }

    /// <summary>Flushes a folder with an artifact's files and manifest, and only then gives the folder its final name.</summary>
    /// <exception cref="IOException">The file system failed, for example because the artifact already exists.</exception>
    public static void Place(string folder, string destination)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            StableStorage.Flush(file);
        Rename(folder, destination);
    }

    private static void Rename(string folder, string destination)
    {
        foreach (var inner in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories))
            StableStorage.Flush(inner);
        StableStorage.Flush(folder);
        var parent = Path.GetDirectoryName(destination)!;
        Directory.CreateDirectory(parent);
        Directory.Move(folder, destination);
        StableStorage.Flush(parent);
        StableStorage.Flush(Path.GetDirectoryName(parent)!);
    }

    private static OutputFile[] Outputs(ArtifactBuilder builder)
    {
        var outputs = new List<OutputFile>();
        foreach (var file in new DirectoryInfo(builder.Folder).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(builder.Folder, file.FullName).Replace('\\', '/');
            if (file.LinkTarget is not null)
                throw Invalid(builder, $"wrote the link '{name}'; an artifact holds files only. Copy what it leads to");
            if (name == Manifest.FileName)
                throw Invalid(builder, $"wrote a file named {name}, which is the store's own. Name it otherwise");
            StableStorage.Flush(file.FullName);
            using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
            outputs.Add(new OutputFile(name, stream.Length, ContentHash.Of(stream)));
        }
        if (outputs.Count == 0)
            throw Invalid(builder, "wrote no file. An empty result is a file that says so");
        return [.. outputs.OrderBy(o => o.Name, StringComparer.Ordinal)];
    }

    private static AttributionException Invalid(ArtifactBuilder builder, string what)
        => new(ErrorCodes.OutputInvalid, $"The stage {builder.Request.Stage} {what}.");
}

/// <summary>A file of an artifact, as it was written.</summary>
/// <param name="Name">The file's path inside the artifact, with <c>/</c> as separator.</param>
/// <param name="Bytes">The size in bytes.</param>
/// <param name="Hash">The hash of its content.</param>
internal sealed record OutputFile(string Name, long Bytes, ContentHash Hash);
