using Attribution.Diagnostics;
using Attribution.Methods.Projections;

namespace Attribution.Methods;

/// <summary>The methods by name: the built-in ones and an experiment's own.</summary>
public sealed class AttributionMethods
{
    private readonly Dictionary<string, IAttributionMethod> _methods;

    /// <summary>The built-in methods and <paramref name="own"/>.</summary>
    /// <param name="own">An experiment's own methods.</param>
    /// <param name="projection">How weight gradients are projected; the defaults unless given.</param>
    /// <exception cref="AttributionException">Two methods have the same name.</exception>
    public AttributionMethods(IEnumerable<IAttributionMethod>? own = null, ProjectionIdentity? projection = null)
    {
        Projection = projection ?? new();
        _methods = ActivationMethod.All.Append(new TrakMethod()).ToDictionary(m => m.Name);
        foreach (var method in own ?? [])
            if (!_methods.TryAdd(method.Name, method))
                throw new AttributionException(ErrorCodes.MethodNameTaken,
                    $"The method {method.GetType().FullName} is named '{method.Name}', which is taken. Give it another Name.")
                { Property = method.Name };
    }

    /// <summary>Only the built-in methods.</summary>
    public static AttributionMethods BuiltIn { get; } = new();

    /// <summary>How weight gradients are projected.</summary>
    public ProjectionIdentity Projection { get; }

    /// <summary>All names, in ordinal order.</summary>
    public IEnumerable<string> Names => _methods.Keys.Order(StringComparer.Ordinal);

    /// <summary>The method with this name.</summary>
    /// <exception cref="AttributionException">There is no such method; the message lists the known ones.</exception>
    public IAttributionMethod Get(string name) => _methods.TryGetValue(name, out var method)
        ? method
        : throw new AttributionException(ErrorCodes.UnknownMethod,
            $"There is no attribution method '{name}'. Use one of: {string.Join(", ", Names)}.")
        { Property = name };
}
