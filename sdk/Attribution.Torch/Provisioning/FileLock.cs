namespace Attribution.Torch.Provisioning;

/// <summary>A lock between processes that its holder's death releases: an exclusively opened file, which the kernel closes.</summary>
internal sealed class FileLock : IDisposable
{
    private const int WouldBlock = 11; // EWOULDBLOCK: another process holds it
    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    public static FileLock Take(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException e) when (e.HResult == WouldBlock)
            {
                Thread.Sleep(50);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
