using Attribution.Diagnostics;

namespace Attribution.Worker.Checks;

/// <summary>Checks that a folder for results can be written.</summary>
internal static class PlaceCheck
{
    /// <summary>Creates the folder and a file in it, and deletes that file again.</summary>
    /// <exception cref="AttributionException">ATTR1015: it cannot be written.</exception>
    public static void RequireWritable(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            File.Create(Path.Combine(folder, $".{Guid.NewGuid():N}.tmp"), 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttributionException(ErrorCodes.FileAccess,
                $"Results cannot be written to '{folder}': {e.Message.TrimEnd('.')}. Make it a folder that you may write to, or give the experiment another "
                    + $"place (AttributionStore for the store).", e)
            { File = folder };
        }
    }
}
