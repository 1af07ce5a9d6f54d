using System.Reflection;
using System.Runtime.Loader;

namespace Attribution.Pipeline.Plugins;

/// <summary>
/// Where an experiment's assembly and what it brings along are loaded. What this program has itself is taken from this program, whatever copy lies
/// beside the experiment's: else an interface would not be the same interface.
/// </summary>
internal sealed class PluginLoadContext(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
{
    private readonly AssemblyDependencyResolver _resolver = new(path);

    protected override Assembly? Load(AssemblyName name)
    {
        try
        {
            return Default.LoadFromAssemblyName(name);
        }
        catch (FileNotFoundException)
        {
            return _resolver.ResolveAssemblyToPath(name) is { } file ? LoadFromAssemblyPath(file) : null;
        }
    }
}
