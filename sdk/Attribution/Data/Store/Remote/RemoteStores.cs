using Attribution.Diagnostics;

namespace Attribution.Data.Store.Remote;

/// <summary>Opens stores by their address: <c>s3://bucket/prefix</c>, or a folder.</summary>
internal static class RemoteStores
{
    /// <summary>Opens a store without sending it a request.</summary>
    /// <param name="address">The address.</param>
    /// <param name="property">The name of the property or option with the address, for errors.</param>
    /// <exception cref="AttributionException">ATTR1814: the address is malformed, or there are no credentials for it.</exception>
    public static IRemoteStore Open(string address, string property)
    {
        if (!address.Contains("://", StringComparison.Ordinal))
            return address.Trim().Length > 0 ? new RemoteFolder(address) : throw Invalid("There is no address of a remote store.", property);
        // An address may contain a key, so only its scheme is shown.
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != "s3" || uri.Host.Length == 0 || uri.UserInfo.Length > 0
            || uri.Query.Length > 0 || uri.Fragment.Length > 0 || !uri.IsDefaultPort)
            throw Invalid($"'{address[..address.IndexOf("://", StringComparison.Ordinal)]}://...' is no address of a remote store. Write s3://bucket/prefix, "
                + "or a folder; keys and endpoint come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL).", property);
        return RemoteBucket.Open(uri.Host, uri.AbsolutePath.Trim('/'), property);
    }

    /// <summary>The error for a malformed address.</summary>
    public static AttributionException Invalid(string text, string property, Exception? inner = null) =>
        new(ErrorCodes.RemoteInvalid, text, inner) { Property = property };
}
