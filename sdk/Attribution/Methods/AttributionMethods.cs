using Attribution.Diagnostics;
using Attribution.Methods.Projections;

namespace Attribution.Methods;

/// <summary>The methods that can be named: the built-in ones, and an experiment's own beside them.</summary>
public sealed class AttributionMethods
{
    private readonly Dictionary<string, IAttributionMethod> _methods;

    /// <summary>The built-in methods and <paramref name="own"/>.</summary>
    /// <param name="own">An experiment's own methods.</param>
    /// <param name="projection">How gradients of weights are projected; its defaults if left out.</param>
    /// <exception cref="AttributionException">Two methods have one name.</exception>
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

    /// <summary>The built-in methods alone.</summary>
    public static AttributionMethods BuiltIn { get; } = new();

    /// <summary>How gradients of weights are projected.</summary>
    public ProjectionIdentity Projection { get; }

    /// <summary>Every name, in order.</summary>
    public IEnumerable<string> Names => _methods.Keys.Order(StringComparer.Ordinal);

    /// <summary>The method of a name.</summary>
    /// <exception cref="AttributionException">There is none; the message lists the known ones.</exception>
    public IAttributionMethod Get(string name) => _methods.TryGetValue(name, out var method)
        ? method
        : throw new AttributionException(ErrorCodes.UnknownMethod,
            $"There is no attribution method '{name}'. Use one of: {string.Join(", ", Names)}.")
        { Property = name };
}
