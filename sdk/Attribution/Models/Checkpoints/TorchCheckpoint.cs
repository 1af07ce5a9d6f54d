using Attribution.Diagnostics;

namespace Attribution.Models.Checkpoints;

/// <summary>
/// Reads a <c>torch.save</c> file without running any of it. A pickle is a program; this reader executes only the part that creates tensors and plain values,
/// and refuses every function or class that is not named in <see cref="PickleGlobals"/>. Its memory is bounded by the file's size.
/// </summary>
internal static class TorchCheckpoint
{
    /// <summary>Reads a checkpoint.</summary>
    /// <param name="path">A <c>.pt</c>, <c>.pth</c> or <c>.bin</c> file of PyTorch 1.6 or newer.</param>
    /// <returns>A <see cref="CheckpointTensor"/>, or one of: null, <see cref="bool"/>, <see cref="long"/>, <see cref="System.Numerics.BigInteger"/>,
    /// <see cref="double"/>, <see cref="string"/>, <c>byte[]</c>, <see cref="CheckpointType"/>, <c>List&lt;object?&gt;</c>, <c>object?[]</c> (a tuple),
    /// <c>OrderedDictionary&lt;object, object?&gt;</c>, nested in any way.</returns>
    /// <exception cref="AttributionException">ATTR1130: the file is missing, is not such an archive, or has PyTorch's older form. ATTR1131: it is damaged.
    /// ATTR1132: it names a function or class that is refused.</exception>
    public static object? Load(string path)
    {
        try
        {
            using var archive = new CheckpointArchive(path);
            try
            {
                return new PickleReader(archive.Pickle(), archive, path).Read();
            }
            catch (InvalidDataException e)
            {
                throw archive.Damaged($"The archive is damaged: {e.Message}", e);
            }
        }
        // The exceptions of the archive's own reader for damaged tables of contents.
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new AttributionException(ErrorCodes.CheckpointDamaged, $"The archive is damaged: {e.Message}", e) { File = path };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttributionException(ErrorCodes.CheckpointUnreadable, $"The file cannot be read: {e.Message}", e) { File = path };
        }
    }

    /// <summary>Reads a checkpoint that is a single tensor, for example a persona vector [layers + 1, D] or [D].</summary>
    /// <exception cref="AttributionException">As for <see cref="Load"/>; also ATTR1131 if the checkpoint is not a tensor.</exception>
    public static CheckpointTensor LoadTensor(string path) => Load(path) as CheckpointTensor
        ?? throw new AttributionException(ErrorCodes.CheckpointDamaged,
            "The checkpoint is not a single tensor. Save the tensor itself with torch.save.")
        { File = path };
}
