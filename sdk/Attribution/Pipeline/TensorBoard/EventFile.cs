using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json.Nodes;

namespace Attribution.Pipeline.TensorBoard;

/// <summary>
/// Curves as a TensorBoard event file: TFRecords (<c>tensorflow/core/lib/io/record_writer.h</c>) of <c>Event</c> messages
/// (<c>tensorflow/core/util/event.proto</c>). TensorBoard takes the file's folder as the name of the run. Equal curves with equal times give equal bytes.
/// </summary>
internal static class EventFile
{
    /// <summary>The file's name. TensorBoard looks for <c>tfevents</c> in it, and reads the number as the start time.</summary>
    public const string Name = "events.out.tfevents.0.attribution";

    // A reader of events expects this first.
    private const string Version = "brain.Event:2";

    /// <summary>The file's bytes.</summary>
    /// <param name="points">The points; those of one step are consecutive, and steps are in ascending order. Values are stored as <c>float</c>.</param>
    /// <param name="settings">The settings of the run, for TensorBoard's plugin HPARAMS; null for none.</param>
    /// <param name="wallTime">
    /// The time of a step, in seconds since 1970. Without it a step takes one second from 0 on, and TensorBoard's "relative" axis counts steps.
    /// </param>
    public static byte[] Of(IEnumerable<ScalarPoint> points, IReadOnlyDictionary<string, JsonNode?>? settings = null, Func<long, double>? wallTime = null)
    {
        var file = new MemoryStream();
        var head = Begin(0);
        head.Text(3, Version); // Event.file_version
        Append(file, head);
        if (settings is { Count: > 0 })
        {
            var session = Begin(0);
            session.Message(5, HyperParameters.SessionStart(settings)); // Event.summary
            Append(file, session);
        }

        var (message, summary, step) = (Begin(0), new ProtobufMessage(), 0L);
        foreach (var point in points)
        {
            if (point.Step != step)
            {
                End();
                (message, summary, step) = (Begin(point.Step), new ProtobufMessage(), point.Step);
            }
            var value = new ProtobufMessage();
            value.Text(1, point.Tag); // Summary.Value.tag
            value.Float(2, (float)point.Value); // Summary.Value.simple_value
            summary.Message(1, value); // Summary.value
        }
        End();
        return file.ToArray();

        ProtobufMessage Begin(long step)
        {
            var message = new ProtobufMessage();
            message.Double(1, wallTime?.Invoke(step) ?? step); // Event.wall_time
            message.Integer(2, step); // Event.step
            return message;
        }

        void End()
        {
            if (summary.Bytes.IsEmpty)
                return;
            message.Message(5, summary); // Event.summary
            Append(file, message);
        }
    }

    // uint64 length, its masked CRC, the data, its masked CRC; little-endian.
    private static void Append(MemoryStream file, ProtobufMessage message)
    {
        Span<byte> head = stackalloc byte[12], tail = stackalloc byte[4];
        BinaryPrimitives.WriteInt64LittleEndian(head, message.Bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], MaskedCrc32C.Of(head[..8]));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, MaskedCrc32C.Of(message.Bytes));
        file.Write(head);
        file.Write(message.Bytes);
        file.Write(tail);
    }
}

/// <summary>The checksum of TFRecords: CRC-32C (RFC 3720, B.4), masked so that the checksum of data that contains checksums is not weak.</summary>
internal static class MaskedCrc32C
{
    /// <summary>((crc &gt;&gt; 15) | (crc &lt;&lt; 17)) + 0xa282ead8.</summary>
    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
            crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }
}

/// <summary>A point of a curve.</summary>
/// <param name="Step">The training step; 0 is before the first step.</param>
/// <param name="Tag">The curve's name; the part before a <c>/</c> groups curves.</param>
/// <param name="Value">The value.</param>
internal readonly record struct ScalarPoint(long Step, string Tag, double Value);
