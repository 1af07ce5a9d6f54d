namespace Attribution.Worker.Doctor;

/// <summary>The artifact store: its location, whether it is writable, and the free space.</summary>
public static class StoreCheck
{
    private const long TooLittle = 10L << 30;

    /// <summary>Checks the store's folder or, if it does not exist yet, the nearest existing folder above it.</summary>
    public static Check Look(string store)
    {
        var existing = new DirectoryInfo(store);
        while (!existing.Exists && existing.Parent is { } parent)
            existing = parent;
        try
        {
            using (File.Create(Path.Combine(existing.FullName, $".attribution-{Guid.NewGuid():N}"), 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Check("store", CheckStatus.Missing, $"{store} cannot be written: {e.Message}",
                "export ATTRIBUTION_STORE=FOLDER, on a disk that can be written");
        }
        var free = new DriveInfo(existing.FullName).AvailableFreeSpace;
        var found = $"{store}, {free / (double)(1L << 30):0.0} GiB free";
        return free < TooLittle
            ? new Check("store", CheckStatus.Warn, found, "export ATTRIBUTION_STORE=FOLDER, on a disk with room for vectors and weights")
            : new Check("store", CheckStatus.Ok, found);
    }
}
