using Attribution.Diagnostics;

namespace Attribution.Models.Checkpoints;

/// <summary>
/// Reads what <c>torch.save</c> writes, running nothing of it. A pickle is a program; this reader carries out only the part that makes tensors and plain
/// values, and refuses every function or class but those in <see cref="PickleGlobals"/>, by name. What it holds is bounded by the file's size.
/// </summary>
internal static class TorchCheckpoint
{
    /// <summary>Reads a checkpoint.</summary>
    /// <param name="path">A <c>.pt</c>, <c>.pth</c> or <c>.bin</c> file of PyTorch 1.6 or newer.</param>
    /// <returns>
    /// A <see cref="CheckpointTensor"/>, or one of: null, <see cref="bool"/>, <see cref="long"/>, <see cref="System.Numerics.BigInteger"/>,
    /// <see cref="double"/>,
    /// <see cref="string"/>, <c>byte[]</c>, <see cref="CheckpointType"/>, <c>List&lt;object?&gt;</c>, <c>object?[]</c> (a tuple),
    /// <c>OrderedDictionary&lt;object, object?&gt;</c> of such.
    /// </returns>
    /// <exception cref="AttributionException">
    /// ATTR1130: the file is not there, is no such archive, or is of PyTorch's older form. ATTR1131: it is damaged. ATTR1132: it names a function
    /// or class that is refused.
    /// </exception>
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
        // What the archive's own reader makes of damaged tables of contents
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new AttributionException(ErrorCodes.CheckpointDamaged, $"The archive is damaged: {e.Message}", e) { File = path };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttributionException(ErrorCodes.CheckpointUnreadable, $"The file cannot be read: {e.Message}", e) { File = path };
        }
    }

    /// <summary>Reads a checkpoint that is one tensor, such as a persona vector [layers + 1, D] or [D].</summary>
    /// <exception cref="AttributionException">As <see cref="Load"/>, and ATTR1131 where the checkpoint is something else.</exception>
    public static CheckpointTensor LoadTensor(string path) => Load(path) as CheckpointTensor
        ?? throw new AttributionException(ErrorCodes.CheckpointDamaged,
            "The checkpoint is not a single tensor. Save the tensor itself with torch.save.")
        { File = path };
}
