using System.Buffers.Binary;
using System.Text;
using Attribution.Models.Safetensors;

namespace Attribution.Tests.Models.Safetensors;

/// <summary>Safetensors files put together by hand, well-formed or not.</summary>
internal static class SafetensorsBytes
{
    public static byte[] File(string header, int dataBytes) => File(Encoding.UTF8.GetBytes(header), new byte[dataBytes]);

    public static byte[] File(byte[] header, byte[] data)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. data];
    }

    public static SafetensorsSource Source(string name, SafetensorsDType dtype, long[] shape, params byte[] data) =>
        new(name, dtype, shape, stream => stream.Write(data));

    public static SafetensorsSource Zeros(string name, params long[] shape) =>
        Source(name, SafetensorsDType.U8, shape, new byte[shape.Aggregate(1L, (a, b) => a * b)]);
}
