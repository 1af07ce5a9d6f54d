using System.Buffers.Binary;
using System.Text;

namespace Attribution.Tests;

/// <summary>
/// Reads TensorBoard event files, written from the format's definitions alone: TFRecords with CRC-32C bit by bit, and of Protocol
/// Buffers' wire format whatever may come, with the fields of <c>Event</c> and <c>Summary</c> that matter.
/// </summary>
public static class TensorBoardReader
{
    public sealed record Event(double WallTime, long Step, string? FileVersion, IReadOnlyDictionary<string, float> Values)
    {
        /// <summary>What HPARAMS shows.</summary>
        public Dictionary<string, object> Settings { get; } = [];
    }

    public static Event[] Read(byte[] file)
    {
        var events = new List<Event>();
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Check(file.AsSpan(at, 8), file.AsSpan(at + 8, 4));
            var data = file.AsSpan(at + 12, length);
            Check(data, file.AsSpan(at + 12 + length, 4));
            events.Add(EventOf(data));
            at += 16 + length;
        }
        return [.. events];
    }

    /// <summary>CRC-32C: the polynomial 0x1EDC6F41, reflected.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> data)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var b in data)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
        }
        return ~crc;
    }

    private static void Check(ReadOnlySpan<byte> data, ReadOnlySpan<byte> checksum)
    {
        var crc = Crc32C(data);
        if (BinaryPrimitives.ReadUInt32LittleEndian(checksum) != (crc >> 15 | crc << 17) + 0xa282ead8u)
            throw new InvalidDataException("a checksum is wrong");
    }

    private static Event EventOf(ReadOnlySpan<byte> data)
    {
        var (time, step, version, values, settings) = (0.0, 0L, (string?)null, new Dictionary<string, float>(), new Dictionary<string, object>());
        foreach (var (field, number, bytes) in Fields(data))
            switch (field)
            {
                case 1: time = BitConverter.Int64BitsToDouble(number); break;
                case 2: step = number; break;
                case 3: version = Encoding.UTF8.GetString(bytes); break;
                case 5:
                    foreach (var (_, _, value) in Fields(bytes).Where(f => f.Field == 1))
                    {
                        var parts = Fields(value).ToDictionary(f => f.Field);
                        if (parts.TryGetValue(9, out var metadata))
                            ReadSettings(metadata.Bytes, settings);
                        else
                            values.Add(Encoding.UTF8.GetString(parts[1].Bytes), BitConverter.Int32BitsToSingle((int)parts[2].Number));
                    }
                    break;
                default: throw new InvalidDataException($"an event has no field {field}");
            }
        var read = new Event(time, step, version, values);
        foreach (var (name, value) in settings)
            read.Settings.Add(name, value);
        return read;
    }

    // SummaryMetadata.plugin_data.content, HParamsPluginData.session_start_info.hparams: a map of google.protobuf.Value.
    private static void ReadSettings(byte[] metadata, Dictionary<string, object> settings)
    {
        var plugin = Fields(Fields(metadata).Single(f => f.Field == 1).Bytes).ToDictionary(f => f.Field);
        if (Encoding.UTF8.GetString(plugin[1].Bytes) != "hparams")
            throw new InvalidDataException("a plugin of another name");
        foreach (var (_, _, entry) in Fields(Fields(plugin[2].Bytes).Single(f => f.Field == 3).Bytes))
        {
            var pair = Fields(entry).ToDictionary(f => f.Field);
            var value = Fields(pair[2].Bytes).Single();
            settings.Add(Encoding.UTF8.GetString(pair[1].Bytes), value.Field == 2 ? BitConverter.Int64BitsToDouble(value.Number)
                : Encoding.UTF8.GetString(value.Bytes));
        }
    }

    private static List<(int Field, long Number, byte[] Bytes)> Fields(ReadOnlySpan<byte> data)
    {
        var fields = new List<(int, long, byte[])>();
        while (!data.IsEmpty)
        {
            var tag = Varint(ref data);
            var (number, bytes) = (0L, Array.Empty<byte>());
            switch (tag & 7)
            {
                case 0: number = Varint(ref data); break;
                case 1: number = BinaryPrimitives.ReadInt64LittleEndian(Take(ref data, 8)); break;
                case 2: bytes = Take(ref data, (int)Varint(ref data)).ToArray(); break;
                case 5: number = BinaryPrimitives.ReadInt32LittleEndian(Take(ref data, 4)); break;
                default: throw new InvalidDataException($"there is no wire type {tag & 7}");
            }
            fields.Add(((int)(tag >> 3), number, bytes));
        }
        return fields;
    }

    private static long Varint(ref ReadOnlySpan<byte> data)
    {
        var (value, shift) = (0L, 0);
        while (true)
        {
            var b = Take(ref data, 1)[0];
            value |= (long)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
            shift += 7;
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> data, int count)
    {
        var taken = data[..count];
        data = data[count..];
        return taken;
    }
}
