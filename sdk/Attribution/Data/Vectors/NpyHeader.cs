using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Attribution.Data.Store;
using Attribution.Diagnostics;

namespace Attribution.Data.Vectors;

/// <summary>
/// The header of a file in NumPy's format (NEP 1, versions 1.0 to 3.0): element type, shape in C order, and the offset of the data. It is read strictly:
/// anything that could make another reader see other numbers is an error. Objects (pickles) are never read.
/// </summary>
/// <param name="Type">The type of every number.</param>
/// <param name="Shape">The lengths of the axes, slowest first.</param>
/// <param name="DataOffset">The offset of the data in the file, in bytes.</param>
internal sealed record NpyHeader(NpyType Type, IReadOnlyList<long> Shape, long DataOffset)
{
    /// <summary>The length of the headers that are written: enough for any shape, with the data aligned to 64 bytes.</summary>
    public const int WrittenBytes = 128;

    /// <summary>Far beyond any header of numbers.</summary>
    private const int MostBytes = 1 << 16;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The number of elements.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (count, length) => checked(count * length));

    /// <summary>Reads and checks the header of a file, and that the file has the length that it says.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.NpyInvalid"/>, with the file and the fault.</exception>
    public static NpyHeader Read(string path)
    {
        FileIdentity.RequireFile(path);
        try
        {
            using var file = File.OpenRead(path);
            var (text, offset) = ReadText(file, path);
            var (description, isFortran, shape) = NpyHeaderParser.Parse(text, why => Invalid(path, why));
            if (NpyTypes.Find(description) is not { } type)
                throw Invalid(path, $"it holds numbers of type '{description}', and only {NpyTypes.Descriptions} are read. Convert it with numpy's astype");
            if (isFortran && shape.Count > 1)
                throw Invalid(path, "its array is in Fortran order. Save numpy.ascontiguousarray of it");
            var header = new NpyHeader(type, shape, offset);
            if (checked(offset + header.Count * type.Bytes()) != file.Length)
                throw Invalid(path, $"{header.Describe()} takes {offset + header.Count * type.Bytes()} bytes, and the file has {file.Length}. It was "
                    + "cut off, or written to since");
            return header;
        }
        catch (OverflowException)
        {
            throw Invalid(path, "its shape is larger than any file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(path, e.Message.TrimEnd('.'));
        }
    }

    /// <summary>The header as bytes: <see cref="WrittenBytes"/> of them, version 1.0.</summary>
    public static byte[] Write(NpyType type, params ReadOnlySpan<long> shape)
    {
        var axes = string.Join(", ", shape.ToArray()) + (shape.Length == 1 ? "," : "");
        var bytes = new byte[WrittenBytes];
        bytes.AsSpan().Fill((byte)' ');
        Magic.CopyTo(bytes);
        (bytes[6], bytes[7]) = (1, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), WrittenBytes - 10);
        Encoding.ASCII.GetBytes($"{{'descr': '{type.Description()}', 'fortran_order': False, 'shape': ({axes}), }}", bytes.AsSpan(10));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    /// <summary>The shape and type as text for messages: <c>[100, 64] of &lt;f2</c>.</summary>
    public string Describe() => $"[{string.Join(", ", Shape)}] of {Type.Description()}";

    public static AttributionException Invalid(string path, string why) =>
        new(ErrorCodes.NpyInvalid, $"'{path}' cannot be used as an array in NumPy's format: {why}.") { File = path };

    private static (string Text, long Offset) ReadText(FileStream file, string path)
    {
        Span<byte> head = stackalloc byte[12];
        var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (read < head.Length || !head.StartsWith(Magic))
            throw Invalid(path, "it does not begin as one. Write it with numpy.save");
        var isFirst = head[6] == 1;
        if (head[6] is < 1 or > 3 || head[7] != 0)
            throw Invalid(path, $"it is of version {head[6]}.{head[7]}, and 1.0, 2.0 and 3.0 are known");
        var start = isFirst ? 10 : 12;
        var length = isFirst ? BinaryPrimitives.ReadUInt16LittleEndian(head[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(head[8..]);
        if (length > MostBytes)
            throw Invalid(path, $"its header should take {length} bytes, which no array of numbers needs");
        if (start + length > file.Length)
            throw Invalid(path, $"its header should take {length} bytes, which the file does not have");
        var text = new byte[length];
        file.Position = start;
        file.ReadExactly(text);
        return (Encoding.Latin1.GetString(text), start + length);
    }
}

/// <summary>A one-dimensional array in NumPy's format, read completely.</summary>
internal static class NpyArray
{
    /// <exception cref="Diagnostics.AttributionException">As for <see cref="NpyHeader.Read"/>; also if the type is another or there are more axes.</exception>
    public static T[] Read<T>(string path, NpyType type)
        where T : unmanaged
    {
        var header = NpyHeader.Read(path);
        if (header.Type != type || header.Shape.Count != 1)
            throw NpyHeader.Invalid(path, $"it is {header.Describe()}, and one axis of {type.Description()} is wanted");
        var values = new T[header.Count];
        using var file = File.OpenRead(path);
        file.Position = header.DataOffset;
        file.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
