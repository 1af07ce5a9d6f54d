using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Models.Safetensors;

namespace Attribution.Models.Checkpoints;

/// <summary>
/// The zip archive that <c>torch.save</c> writes since PyTorch 1.6, without compression: <c>NAME/data.pkl</c>, a pickle; <c>NAME/data/KEY</c>, one storage
/// each; <c>NAME/byteorder</c>, <c>little</c> if absent (pytorch/docs/source/notes/serialization.rst).
/// </summary>
internal sealed class CheckpointArchive : IDisposable
{
    // The pickle contains names and shapes: about 1 MB for a checkpoint of 10,000 tensors.
    private const int LargestPickle = 4 << 20;

    // The beginning of a file from before 1.6: a pickle of its magic number.
    private static ReadOnlySpan<byte> LegacyMagic => [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19];

    private readonly string _path;
    private readonly FileStream _stream;
    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = [];
    private readonly Dictionary<string, byte[]> _storages = [];
    private readonly string _root;
    private readonly bool _isBigEndian;

    /// <summary>Opens an archive and reads its table of contents.</summary>
    public CheckpointArchive(string path)
    {
        _path = path;
        FileIdentity.RequireFile(path);
        _stream = File.OpenRead(path);
        try
        {
            RequireZip();
            _zip = new ZipArchive(_stream, ZipArchiveMode.Read, leaveOpen: true);
            foreach (var entry in _zip.Entries)
                if (!_entries.TryAdd(entry.FullName, entry))
                    throw Damaged($"The archive has two entries '{entry.FullName}'.");
            var pickles = _entries.Keys.Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal)).ToArray();
            if (pickles.Length != 1)
                throw new AttributionException(ErrorCodes.CheckpointUnreadable,
                    "The zip archive has no single data.pkl: it is not what torch.save writes.")
                { File = path };
            _root = pickles[0][..^"data.pkl".Length];
            if (_entries.ContainsKey(_root + "constants.pkl"))
                throw new AttributionException(ErrorCodes.CheckpointUnreadable,
                    "The archive is a TorchScript program, not a checkpoint. Save the tensors themselves with torch.save.")
                { File = path };
            _isBigEndian = _entries.ContainsKey(_root + "byteorder") && Encoding.ASCII.GetString(Read("byteorder", 16)) switch
            {
                "little" => false,
                "big" => true,
                var order => throw Damaged($"The byte order '{order}' is neither little nor big."),
            };
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The pickle, which contains everything except the storages.</summary>
    public byte[] Pickle() => Read("data.pkl", LargestPickle);

    /// <summary>The bytes of a storage, little-endian; the same array on each call.</summary>
    public byte[] Storage(string key, SafetensorsDType dtype, long elements)
    {
        var size = dtype.Bits() / 8;
        if (!_storages.TryGetValue(key, out var bytes))
        {
            bytes = Read($"data/{key}", Array.MaxLength);
            if (_isBigEndian && size > 1)
                for (var at = 0; at + size <= bytes.Length; at += (int)size)
                    bytes.AsSpan(at, (int)size).Reverse();
            _storages.Add(key, bytes);
        }
        return elements >= 0 && elements <= long.MaxValue / size && bytes.Length == elements * size
            ? bytes
            : throw Damaged($"Storage '{key}' has {bytes.Length} bytes, but {elements} elements of {dtype.Name()} are announced.");
    }

    public AttributionException Damaged(string message, Exception? inner = null) =>
        new(ErrorCodes.CheckpointDamaged, message, inner) { File = _path };

    public void Dispose()
    {
        _zip?.Dispose();
        _stream.Dispose();
    }

    private void RequireZip()
    {
        Span<byte> start = stackalloc byte[2 + LegacyMagic.Length];
        start = start[.._stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        _stream.Position = 0;
        if (start.StartsWith("PK\u0003\u0004"u8))
            return;
        var what = start.Length > 2 && start[0] == 0x80 && start[2..].SequenceEqual(LegacyMagic)
            ? "The file has the form of PyTorch before version 1.6, which is not supported. Load it with PyTorch and save it again with torch.save."
            : "The file is not a zip archive, so it is not what torch.save writes.";
        throw new AttributionException(ErrorCodes.CheckpointUnreadable, what) { File = _path };
    }

    private byte[] Read(string name, int limit)
    {
        if (!_entries.TryGetValue(_root + name, out var entry))
            throw Damaged($"The archive has no entry '{_root}{name}'.");
        // Entries are never compressed, so none can be larger than the file.
        if (entry.CompressedLength != entry.Length || entry.Length > _stream.Length)
            throw Damaged($"The entry '{entry.FullName}' is compressed or has an impossible length; torch.save stores entries as they are.");
        if (entry.Length > limit)
            throw Damaged($"The entry '{entry.FullName}' has {entry.Length} bytes, more than the {limit} that are read.");
        var bytes = new byte[entry.Length];
        using (var stream = entry.Open())
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length || stream.ReadByte() >= 0)
                throw Damaged($"The entry '{entry.FullName}' does not have the {bytes.Length} bytes that it announces.");
        return Crc32.Of(bytes) == entry.Crc32 ? bytes : throw Damaged($"The bytes of the entry '{entry.FullName}' do not have the checksum that the "
            + "archive gives for them: the file is damaged.");
    }
}

/// <summary>CRC-32 of zip archives (ISO 3309), reflected, polynomial 0xEDB88320.</summary>
internal static class Crc32
{
    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(value =>
    {
        var crc = (uint)value;
        for (var bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        return crc;
    })];

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = (crc >> 8) ^ s_table[(byte)(crc ^ value)];
        return ~crc;
    }
}
