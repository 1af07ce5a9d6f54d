using Attribution.Diagnostics;

namespace Attribution.Worker.Verbs;

/// <summary>Checks that a verb can write its output, before it computes anything.</summary>
internal static class OutputPlace
{
    /// <summary>Creates a folder and checks that files can be written there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="bytes">The approximate number of bytes to be written.</param>
    /// <exception cref="AttributionException">ATTR1015: files cannot be written, or there is too little space.</exception>
    public static void RequireFolder(string folder, long bytes = 0)
    {
        try
        {
            Directory.CreateDirectory(folder);
            File.Create(Path.Combine(folder, $".{Guid.NewGuid():N}.tmp"), 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(folder, e);
        }
        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        if (bytes > free)
            throw new AttributionException(ErrorCodes.FileAccess,
                $"About {StoreTables.Size(bytes)} will be written to '{folder}', and its disk has {StoreTables.Size(free)} left. Make "
                + "room, or name another --output.")
            { File = folder, Property = "--output" };
    }

    /// <summary>Checks that a file can be written.</summary>
    /// <exception cref="AttributionException">ATTR1015: it cannot be written.</exception>
    public static void RequireFile(string file)
    {
        if (Directory.Exists(file))
            throw new AttributionException(ErrorCodes.FileAccess, $"'{file}' is a folder; --output names the file to write.")
            {
                File = file,
                Property = "--output"
            };
        RequireFolder(Path.GetDirectoryName(Path.GetFullPath(file))!);
    }

    private static AttributionException NotWritable(string path, Exception e) =>
        new(ErrorCodes.FileAccess, $"'{path}' cannot be written: {e.Message.TrimEnd('.')}. Make it writable, or name another --output.", e)
        {
            File = path,
            Property = "--output"
        };
}
