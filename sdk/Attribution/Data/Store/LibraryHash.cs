using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Attribution.Data.Store;

/// <summary>
/// The content hash of the code that can change a result: of this library and every assembly beside it that it references (the runtime's own are elsewhere and
/// do not count), and of plug-ins.
/// </summary>
/// <remarks>
/// An assembly counts by its name and module version id. The compiler derives that id from the compilation (deterministic builds), so rebuilding unchanged
/// sources changes nothing here.
/// </remarks>
internal static class LibraryHash
{
    private static readonly Lazy<ContentHash> Library = new(() => Of(Assemblies([typeof(LibraryHash).Assembly])));

    /// <summary>The hash of this library without plug-ins, computed once.</summary>
    public static ContentHash Current => Library.Value;

    /// <summary>The hash of this library and of the plug-ins that a stage runs.</summary>
    /// <param name="plugins">The plug-ins' assemblies; without any, the result is <see cref="Current"/>.</param>
    public static ContentHash With(params IEnumerable<Assembly> plugins)
    {
        Assembly[] roots = [typeof(LibraryHash).Assembly, .. plugins];
        return roots.Length == 1 ? Current : Of(Assemblies(roots));
    }

    /// <summary>The assemblies that count, by name, with their module version ids.</summary>
    public static SortedDictionary<string, Guid> Assemblies(params Assembly[] roots)
    {
        var found = new SortedDictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var root in roots)
        {
            found[root.GetName().Name!] = root.ManifestModule.ModuleVersionId;
            // An assembly that was loaded from memory has no folder and counts alone.
            if (root.Location.Length > 0)
                AddReferences(root.GetReferencedAssemblies().Select(n => n.Name!), Path.GetDirectoryName(root.Location)!, found);
        }
        return found;
    }

    private static ContentHash Of(SortedDictionary<string, Guid> assemblies) =>
        ContentHash.Of(string.Join('\n', assemblies.Select(a => $"{a.Key} {a.Value:N}")));

    private static void AddReferences(IEnumerable<string> names, string folder, SortedDictionary<string, Guid> found)
    {
        foreach (var name in names)
        {
            var path = Path.Combine(folder, name + ".dll");
            if (found.ContainsKey(name) || !File.Exists(path))
                continue;
            using var pe = new PEReader(File.OpenRead(path));
            var metadata = pe.GetMetadataReader();
            found[name] = metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
            AddReferences([.. metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name))], folder, found);
        }
    }
}
