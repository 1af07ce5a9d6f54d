using System.Text;

namespace Attribution.Tests.Models.Checkpoints;

/// <summary>
/// Writes zip archives with the very layout of PyTorch's: no compression, sizes and checksums behind the data, data at multiples of 64 bytes by an
/// extra field "FB" in the local header.
/// </summary>
internal static class CheckpointFile
{
    public static byte[] Zip(params IReadOnlyList<(string Name, byte[] Data)> entries)
    {
        var file = new MemoryStream();
        var writer = new BinaryWriter(file);
        var offsets = new List<long>();
        foreach (var (name, data) in entries)
        {
            offsets.Add(file.Position);
            var title = Encoding.UTF8.GetBytes(name);
            var padding = (int)(63 - ((file.Position + 30 + title.Length + 4 + 63) % 64));
            Header(writer, 0x04034B50, title, 0, 0, (ushort)(4 + padding));
            writer.Write(title);
            writer.Write("FB"u8);
            writer.Write((ushort)padding);
            writer.Write(Enumerable.Repeat((byte)'Z', padding).ToArray());
            writer.Write(data);
            writer.Write(0x08074B50);
            writer.Write(Crc(data));
            writer.Write(data.Length);
            writer.Write(data.Length);
        }
        var start = file.Position;
        foreach (var ((name, data), offset) in entries.Zip(offsets))
        {
            var title = Encoding.UTF8.GetBytes(name);
            writer.Write(0x02014B50);
            writer.Write((ushort)0);
            Header(writer, null, title, Crc(data), data.Length, 0);
            writer.Write(new byte[10]); // comment's length, disk, attributes
            writer.Write((int)offset);
            writer.Write(title);
        }
        var length = file.Position - start;
        writer.Write(0x06054B50);
        writer.Write(0);
        writer.Write((ushort)entries.Count);
        writer.Write((ushort)entries.Count);
        writer.Write((int)length);
        writer.Write((int)start);
        writer.Write((ushort)0);
        return file.ToArray();
    }

    /// <summary>A checkpoint: its pickle and its storages by their keys 0, 1, ...</summary>
    public static byte[] Checkpoint(byte[] pickle, params IReadOnlyList<byte[]> storages) => Zip(
    [
        ("archive/data.pkl", pickle), ("archive/byteorder", "little"u8.ToArray()),
        .. storages.Select((data, key) => ($"archive/data/{key}", data)), ("archive/version", "3\n"u8.ToArray()),
    ]);

    private static void Header(BinaryWriter writer, int? signature, byte[] title, uint crc, int length, ushort extra)
    {
        if (signature is { } value)
            writer.Write(value);
        writer.Write((ushort)0); // version
        writer.Write((ushort)0x0808); // UTF-8, sizes behind the data
        writer.Write((ushort)0); // stored
        writer.Write(0); // time
        writer.Write(crc);
        writer.Write(length);
        writer.Write(length);
        writer.Write((ushort)title.Length);
        writer.Write(extra);
    }

    // One bit at a time, as the standard has it
    private static uint Crc(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
            for (var bit = 0; bit < 8; bit++)
                crc = (((crc ^ (uint)(value >> bit)) & 1) != 0 ? 0xEDB88320 : 0) ^ (crc >> 1);
        return ~crc;
    }
}
