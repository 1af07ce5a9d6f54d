using Attribution.Diagnostics;

namespace Attribution.Data.Store;

/// <summary>A finished result in the store. Its files must not be changed.</summary>
/// <param name="Stage">The stage that wrote it.</param>
/// <param name="Fingerprint">The fingerprint of its request.</param>
/// <param name="Folder">The folder of its files.</param>
/// <param name="Outputs">Its files, sorted by name.</param>
/// <param name="Produced">Whether this call computed it; false if it was already in the store.</param>
internal sealed record Artifact(string Stage, ContentHash Fingerprint, string Folder, IReadOnlyList<OutputFile> Outputs, bool Produced)
{
    /// <summary>The path of one of its files.</summary>
    /// <param name="name">The file's path inside the artifact, with <c>/</c> as separator.</param>
    /// <exception cref="AttributionException">ATTR1810: there is no such file.</exception>
    public string PathOf(string name) => Outputs.Any(o => o.Name == name)
        ? Path.Combine(Folder, name)
        : throw new AttributionException(ErrorCodes.OutputInvalid,
            $"The artifact {Stage}/{Fingerprint.Short} has no file '{name}'; it has {string.Join(", ", Outputs.Select(o => o.Name))}.")
        { File = Folder };

    /// <summary>All files as inputs by name, for a property of another stage's request.</summary>
    /// <remarks>The folder cannot be the input: its manifest contains dates, so two equal results would differ.</remarks>
    public IReadOnlyDictionary<string, InputFile> AsInputs() => Outputs.ToDictionary(o => o.Name, o => new InputFile(Path.Combine(Folder, o.Name)));

    /// <summary>Reads the whole manifest.</summary>
    /// <exception cref="AttributionException">ATTR1801: the manifest has been damaged.</exception>
    public Manifest ReadManifest() => Manifest.Read(Folder, out var damage)
        ?? throw new AttributionException(ErrorCodes.StoreDamaged,
            $"The artifact {Stage}/{Fingerprint.Short} is damaged: {damage}. Build again to recompute it.")
        { File = Folder };
}
