using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Data.Store;

/// <summary>A SHA-256 of a file's or a row's content, or of a request (then called a fingerprint). Its text is 64 lower-case hexadecimal digits.</summary>
[JsonConverter(typeof(Converter))]
internal readonly record struct ContentHash : IComparable<ContentHash>
{
    /// <summary>The number of bytes in a hash.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Creates a hash from the 32 bytes of a SHA-256.</summary>
    public ContentHash(ReadOnlySpan<byte> hash)
    {
        if (hash.Length != Size)
            throw new ArgumentException($"A SHA-256 has {Size} bytes, not {hash.Length}.", nameof(hash));
        _a = BinaryPrimitives.ReadUInt64BigEndian(hash);
        _b = BinaryPrimitives.ReadUInt64BigEndian(hash[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(hash[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(hash[24..]);
    }

    /// <summary>The first 8 bytes as a big-endian number, uniform over all 64-bit numbers.</summary>
    public ulong Leading => _a;

    /// <summary>The SHA-256 of bytes.</summary>
    public static ContentHash Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(bytes, hash);
        return new ContentHash(hash);
    }

    /// <summary>The SHA-256 of a text's UTF-8.</summary>
    public static ContentHash Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>The SHA-256 of the rest of a stream.</summary>
    public static ContentHash Of(Stream stream)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(stream, hash);
        return new ContentHash(hash);
    }

    /// <summary>Parses 64 hexadecimal digits.</summary>
    /// <exception cref="FormatException">The text has another form.</exception>
    public static ContentHash Parse(string hex)
        => TryParse(hex, out var hash) ? hash : throw new FormatException($"'{hex}' is not the 64 hex digits of a SHA-256.");

    /// <summary>Parses 64 hexadecimal digits; returns false for any other text.</summary>
    public static bool TryParse(string? hex, out ContentHash hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var read = hex is { Length: 2 * Size } && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        hash = read ? new ContentHash(bytes) : default;
        return read;
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>Compares in the order of the hexadecimal digits.</summary>
    public int CompareTo(ContentHash other) => (_a, _b, _c, _d).CompareTo((other._a, other._b, other._c, other._d));

    /// <summary>The first 12 hexadecimal digits, for display.</summary>
    public string Short => ToString()[..12];

    /// <inheritdoc/>
    public override string ToString() => $"{_a:x16}{_b:x16}{_c:x16}{_d:x16}";

    private sealed class Converter : JsonConverter<ContentHash>
    {
        public override ContentHash Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            => TryParse(reader.GetString(), out var hash) ? hash : throw new JsonException("not a SHA-256");

        public override void Write(Utf8JsonWriter writer, ContentHash value, JsonSerializerOptions options)
            => writer.WriteStringValue(value.ToString());
    }
}
