using Attribution.Diagnostics;

namespace Attribution.Data.Store.Remote;

/// <summary>Opens the stores that people name: <c>s3://bucket/prefix</c>, or a folder.</summary>
internal static class RemoteStores
{
    /// <summary>Opens one; it is asked nothing yet.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="property">What names it, for errors.</param>
    /// <exception cref="AttributionException">ATTR1814: the address cannot be one, or there are no credentials for it.</exception>
    public static IRemoteStore Open(string address, string property)
    {
        if (!address.Contains("://", StringComparison.Ordinal))
            return address.Trim().Length > 0 ? new RemoteFolder(address) : throw Invalid("There is no address of a remote store.", property);
        // It may carry a key; what is shown of it is the scheme.
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != "s3" || uri.Host.Length == 0 || uri.UserInfo.Length > 0
            || uri.Query.Length > 0 || uri.Fragment.Length > 0 || !uri.IsDefaultPort)
            throw Invalid($"'{address[..address.IndexOf("://", StringComparison.Ordinal)]}://...' is no address of a remote store. Write s3://bucket/prefix, "
                + "or a folder; keys and endpoint come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL).", property);
        return RemoteBucket.Open(uri.Host, uri.AbsolutePath.Trim('/'), property);
    }

    /// <summary>What is wrong with an address.</summary>
    public static AttributionException Invalid(string text, string property, Exception? inner = null) =>
        new(ErrorCodes.RemoteInvalid, text, inner) { Property = property };
}
