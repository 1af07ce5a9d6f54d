using Attribution.Diagnostics;

namespace Attribution.Data.Store;

/// <summary>Explains file system errors in words.</summary>
internal static class StoreFailure
{
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int OverQuota = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    public static bool IsFull(Exception e) => e is IOException { HResult: NoSpace or OverQuota or WindowsDiskFull };

    public static bool IsReadOnly(Exception e) => e is UnauthorizedAccessException or IOException { HResult: ReadOnlyFileSystem };

    /// <summary>The exception of a full disk among an exception and its inner ones; null if there is none.</summary>
    public static Exception? FindFull(Exception? e)
    {
        while (e is not null && !IsFull(e))
            e = e.InnerException;
        return e;
    }

    public static AttributionException Full(string root, Exception e) => new(ErrorCodes.StoreFull,
        $"No space is left to write to: {e.Message} Make room (`attribution store gc` removes old artifacts) or move the store with -p:AttributionStore=, "
            + "then build again: what was finished is kept.", e)
    { File = root };

    /// <summary>The error for a failure of the store's own files.</summary>
    public static AttributionException Of(string root, Exception e)
    {
        if (IsFull(e))
            return Full(root, e);
        return IsReadOnly(e)
            ? new(ErrorCodes.StoreNotWritable,
                $"'{root}' may not be written to: {e.Message} Give yourself the right to, or move the store with -p:AttributionStore=.", e)
            { File = root }
            : new(ErrorCodes.StoreFailed, $"'{root}' failed: {e.Message}", e) { File = root };
    }
}
