namespace Attribution.Models.Hub;

/// <summary>What a hub repository holds; the hub and its cache keep them apart.</summary>
public enum HubRepositoryKind
{
    /// <summary>A model: <c>models--org--name</c> in the cache.</summary>
    Model,

    /// <summary>A data set: <c>datasets--org--name</c> in the cache.</summary>
    Dataset,
}
