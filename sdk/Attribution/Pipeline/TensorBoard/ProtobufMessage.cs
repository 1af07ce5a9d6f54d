using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Attribution.Pipeline.TensorBoard;

/// <summary>A message in Protocol Buffers' wire format, as far as an event needs it: <see href="https://protobuf.dev/programming-guides/encoding/"/>.</summary>
internal sealed class ProtobufMessage
{
    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public void Double(int field, double value)
    {
        Tag(field, Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
    }

    public void Float(int field, float value)
    {
        Tag(field, Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
    }

    public void Integer(int field, long value)
    {
        Tag(field, Varint);
        Number((ulong)value);
    }

    public void Text(int field, string value) => Data(field, Encoding.UTF8.GetBytes(value));

    public void Message(int field, ProtobufMessage value) => Data(field, value.Bytes);

    private void Data(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, LengthDelimited);
        Number((ulong)value.Length);
        _bytes.Write(value);
    }

    private void Tag(int field, int wireType) => Number((ulong)(field << 3 | wireType));

    // Seven bits per byte, the lowest first; the top bit means that more follow.
    private void Number(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    private void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }
}
