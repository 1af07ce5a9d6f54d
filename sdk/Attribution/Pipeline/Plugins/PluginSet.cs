using System.Reflection;
using System.Runtime.Loader;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Judging;
using Attribution.Methods;

namespace Attribution.Pipeline.Plugins;

/// <summary>
/// An experiment's own methods, judges and recipes: the classes in its assemblies that implement one of these interfaces and have a parameterless constructor.
/// </summary>
internal sealed class PluginSet
{
    private readonly object[] _instances;
    private readonly Dictionary<Type, ContentHash> _code = [];

    /// <exception cref="AttributionException">ATTR1953: an assembly cannot be loaded, or a class cannot be instantiated.</exception>
    public PluginSet(IReadOnlyList<string> paths) => _instances = [.. paths.SelectMany(Load)];

    public IEnumerable<IAttributionMethod> Methods => _instances.OfType<IAttributionMethod>();

    public IEnumerable<IJudge> Judges => _instances.OfType<IJudge>();

    public IEnumerable<IDatasetRecipe> Recipes => _instances.OfType<IDatasetRecipe>();

    /// <summary>The code hash of an instance, if its class is the experiment's own; it then counts in fingerprints.</summary>
    public ContentHash? CodeOf(object instance)
    {
        if (!_instances.Contains(instance))
            return null;
        if (!_code.TryGetValue(instance.GetType(), out var hash))
            _code.Add(instance.GetType(), hash = ClassHash.Of(instance.GetType()));
        return hash;
    }

    private static IEnumerable<object> Load(string path)
    {
        var file = Path.GetFullPath(path);
        Type[] types;
        try
        {
            types = new PluginLoadContext(file).LoadFromAssemblyPath(file).GetTypes();
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or ReflectionTypeLoadException)
        {
            var why = e is ReflectionTypeLoadException { LoaderExceptions: [{ } first, ..] } ? first.Message : e.Message;
            throw new AttributionException(ErrorCodes.PluginInvalid, $"The experiment's assembly cannot be loaded: {why}", e) { File = path };
        }
        Type[] interfaces = [typeof(IAttributionMethod), typeof(IJudge), typeof(IDatasetRecipe)];
        foreach (var type in types)
            if (type is { IsClass: true, IsAbstract: false } && !type.ContainsGenericParameters && interfaces.Any(i => i.IsAssignableFrom(type))
                && type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []) is { } constructor)
                yield return Make(type, constructor, path);
    }

    private static object Make(Type type, ConstructorInfo constructor, string path)
    {
        try
        {
            return constructor.Invoke([]);
        }
        catch (TargetInvocationException e)
        {
            throw new AttributionException(ErrorCodes.PluginInvalid, $"The constructor of {type.FullName} failed: {e.InnerException!.Message}",
                e)
            { File = path };
        }
    }
}

/// <summary>
/// Loads an experiment's assembly and its dependencies. An assembly that this program has is always taken from this program, whatever copy lies beside the
/// experiment's; otherwise an interface would not be the same type.
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
