using System.Buffers.Binary;
using System.Text;
using Attribution.Diagnostics;
using Attribution.Models.Safetensors;

namespace Attribution.Tests.Models.Safetensors;

public sealed class SafetensorsFuzzTests : IDisposable
{
    private static readonly string[] Fragments =
    [
        "-1", "0", "1", "4", "5", "8", "9", "63", "64", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "1e3", "18446744073709551615",
        "null", "[]", "{}", "\"", "\\ud800", "[0,8]", "\"F32\"", "\"U8\"", "\"F4\"", "\"\"", ",", "{\"a\":", "}", "]", "\"data_offsets\":[0,4],",
            "\"shape\":[0],",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Twenty_thousand_mutations_are_read_whole_or_refused_clearly()
    {
        var random = new Random(20240601);
        var seeds = Seeds();
        var path = _folder["model.safetensors"];
        // One handle: creating the file anew each time makes some file systems write it out each time.
        using var writer = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        var (opened, refused) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = seeds[random.Next(seeds.Length)];
            for (var times = random.Next(1, 4); times > 0; times--)
                bytes = Mutate(bytes, random);
            RandomAccess.SetLength(writer, bytes.Length);
            RandomAccess.Write(writer, bytes, 0);
            try
            {
                using var file = SafetensorsFile.Open(path);
                ReadWhole(file, bytes);
                opened++;
            }
            catch (AttributionException e)
            {
                e.Code.ShouldBeOneOf(ErrorCodes.SafetensorsHeader, ErrorCodes.SafetensorsLayout);
                e.File.ShouldBe(path);
                refused++;
            }
        }
        // Both outcomes must be common, or the mutations test little.
        opened.ShouldBeGreaterThan(500);
        refused.ShouldBeGreaterThan(10_000);
    }

    /// <summary>Every byte that a file gives is the file's own, at its own place, and the tensors together are all of them.</summary>
    private static void ReadWhole(SafetensorsFile file, byte[] bytes)
    {
        var buffer = bytes.AsSpan(8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes));
        var total = 0L;
        foreach (var entry in file.Entries)
        {
            using var view = file.Map(entry.Name);
            view.Length.ShouldBe(entry.Shape.Aggregate(1L, (a, b) => checked(a * b)) * entry.DType.Bits() / 8);
            view.Span.SequenceEqual(buffer.Slice(checked((int)entry.Begin), (int)view.Length)).ShouldBeTrue();
            total += view.Length;
        }
        total.ShouldBe(buffer.Length);
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var header = (int)Math.Clamp(bytes.Length >= 8 ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0, 0, Math.Max(0, bytes.Length - 8));
        var at = random.Next(bytes.Length + 1);
        var atHeader = Math.Min(bytes.Length, 8 + random.Next(header + 1));
        switch (random.Next(9))
        {
            case 0: // cut
                return bytes[..at];
            case 1: // append
                return [.. bytes, .. new byte[random.Next(1, 20)]];
            case 2: // flip a bit anywhere
                return Replace(bytes, Math.Min(at, bytes.Length - 1), b => (byte)(b ^ (1 << random.Next(8))));
            case 3: // another byte in the header
                return Replace(bytes, Math.Min(atHeader, bytes.Length - 1), _ => (byte)random.Next(256));
            case 4: // another digit in the header
                return Replace(bytes, DigitFrom(bytes, atHeader), _ => (byte)('0' + random.Next(10)));
            case 5: // another header length
                if (bytes.Length < 8)
                    return bytes;
                var length = (byte[])bytes.Clone();
                BinaryPrimitives.WriteInt64LittleEndian(length, random.Next(3) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : header
                    + random.Next(-9, 10));
                return length;
            case 6: // a fragment put into the header, its length kept true
                return Splice(bytes, atHeader, 0, Encoding.UTF8.GetBytes(Fragments[random.Next(Fragments.Length)]));
            case 7: // a number replaced by a fragment
                var begin = DigitFrom(bytes, atHeader);
                var end = begin;
                while (end >= 0 && end < bytes.Length && char.IsAsciiDigit((char)bytes[end]))
                    end++;
                return begin < 0 ? bytes : Splice(bytes, begin, end - begin, Encoding.UTF8.GetBytes(Fragments[random.Next(Fragments.Length)]));
            default: // a piece of the header doubled
                var count = Math.Min(random.Next(1, 80), bytes.Length - atHeader);
                return Splice(bytes, atHeader, 0, bytes.AsSpan(atHeader, count).ToArray());
        }
    }

    private static byte[] Replace(byte[] bytes, int at, Func<byte, byte> change)
    {
        if (at < 0 || at >= bytes.Length)
            return bytes;
        var copy = (byte[])bytes.Clone();
        copy[at] = change(copy[at]);
        return copy;
    }

    private static byte[] Splice(byte[] bytes, int at, int remove, byte[] insert)
    {
        byte[] copy = [.. bytes[..at], .. insert, .. bytes[(at + remove)..]];
        if (copy.Length >= 8 && at >= 8)
            BinaryPrimitives.WriteInt64LittleEndian(copy, unchecked(BinaryPrimitives.ReadInt64LittleEndian(copy) + insert.Length - remove));
        return copy;
    }

    private static int DigitFrom(byte[] bytes, int at) => bytes.AsSpan(at).IndexOfAnyInRange((byte)'0', (byte)'9') is >= 0 and var found ? at + found : -1;

    private byte[][] Seeds()
    {
        var path = _folder["seed"];
        SafetensorsSource[][] files =
        [
            [],
            [SafetensorsBytes.Source("a", SafetensorsDType.F32, [2], 1, 2, 3, 4, 5, 6, 7, 8)],
            [SafetensorsBytes.Source("w", SafetensorsDType.BF16, [2, 2], 1, 2, 3, 4, 5, 6, 7, 8),
                SafetensorsBytes.Source("b", SafetensorsDType.U8, [3], 9, 10, 11), SafetensorsBytes.Zeros("empty", 0, 5)],
            [.. Enumerable.Range(0, 12).Select(i => SafetensorsBytes.Zeros($"model.layers.{i}.mlp.weight", i, 3))],
        ];
        return [.. files.Select((tensors, i) =>
        {
            SafetensorsWriter.Write(path, tensors, i % 2 == 0 ? new Dictionary<string, string> { ["format"] = "pt" } : null);
            return File.ReadAllBytes(path);
        })];
    }
}
