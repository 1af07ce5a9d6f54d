using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Attribution.Data.Vectors;
using Microsoft.Win32.SafeHandles;

namespace Attribution.Selection.Sources;

/// <summary>
/// Vectors in files in NumPy's format, read by as many threads as there are cores. Each thread reads a piece that stays in its core's cache and passes it on,
/// so that the numbers cross the memory bus once, and while one thread waits for the disk the others compute.
/// </summary>
internal sealed class NpyVectors(string name, IReadOnlyList<NpyShard> shards) : IVectorSource
{
    /// <summary>The size of a piece: small enough for a core's second-level cache, large enough that calls cost nothing.</summary>
    private const int PieceBytes = 1 << 18;

    /// <summary>How far reading from disk runs ahead of the threads: 8 MiB, so that neither the disk nor the threads wait for each other.</summary>
    private const int PiecesAhead = 32;

    public string Name => name;

    public void Read(VectorVisitor visit)
    {
        var vector = Array.Empty<float>();
        Run(threads: 1, (scoped in VectorBlock block) =>
        {
            if (vector.Length < block.Dimension)
                vector = new float[block.Dimension];
            for (var row = 0; row < block.Rows; row++)
            {
                block.CopyRow(row, vector);
                visit(block.Indices[row], vector.AsSpan(0, block.Dimension));
            }
        }, CancellationToken.None);
    }

    public void ReadBlocks(VectorBlockVisitor visit, CancellationToken cancellation = default) => Run(Environment.ProcessorCount, visit, cancellation);

    private void Run(int threads, VectorBlockVisitor visit, CancellationToken cancellation)
    {
        var pieces = new List<(int Shard, int FirstRow, int Rows, long Place)>();
        long place = 0;
        foreach (var (number, shard) in shards.Index())
        {
            var rows = Math.Max(1, PieceBytes / shard.Stride);
            for (var first = 0; first < shard.Rows; first += rows)
                pieces.Add((number, first, Math.Min(rows, shard.Rows - first), place + first));
            place += shard.Rows;
        }
        var files = new SafeFileHandle?[shards.Count];
        try
        {
            foreach (var (number, shard) in shards.Index())
                files[number] = File.OpenHandle(shard.Path, options: FileOptions.SequentialScan);
            for (var piece = 0; piece < Math.Min(PiecesAhead, pieces.Count); piece++)
                Request(piece);
            Pieces.Run(threads, pieces.Count, () => new PieceBuffer(), (buffer, piece) =>
            {
                Request(piece + PiecesAhead);
                var (number, first, rows, at) = pieces[piece];
                buffer.Visit(shards[number], files[number]!, first, rows, at, visit);
            }, cancellation);
        }
        finally
        {
            foreach (var file in files)
                file?.Dispose();
        }

        void Request(int piece)
        {
            if (piece < pieces.Count && pieces[piece] is var (number, first, rows, _))
                ReadAhead.Request(files[number]!, shards[number].Header.DataOffset + (long)first * shards[number].Stride, (long)rows * shards[number].Stride);
        }
    }

    /// <summary>One thread's memory for the current piece.</summary>
    private sealed unsafe class PieceBuffer : IDisposable
    {
        private const int Alignment = 64;
        private byte* _bytes;
        private nuint _length;

        public void Visit(NpyShard shard, SafeFileHandle file, int first, int rows, long place, VectorBlockVisitor visit)
        {
            var bytes = Read(shard, file, first, rows);
            var element = shard.Header.Type switch
            {
                NpyType.Float16 => VectorElement.Float16,
                NpyType.Int8 => VectorElement.Int8,
                _ => VectorElement.Float32,
            };
            visit(new VectorBlock(place, shard.Indices.AsSpan(first, rows), shard.Dimension, element, bytes, shard.Scales.Length == 0
                ? default : shard.Scales.AsSpan(first, rows)));
        }

        public void Dispose() => NativeMemory.AlignedFree(_bytes);

        private ReadOnlySpan<byte> Read(NpyShard shard, SafeFileHandle file, int first, int rows)
        {
            var bytes = Take(rows * shard.Stride);
            for (int read = 0, more; read < bytes.Length; read += more)
                if ((more = RandomAccess.Read(file, bytes[read..], shard.Header.DataOffset + (long)first * shard.Stride + read)) == 0)
                    throw NpyHeader.Invalid(shard.Path, "it became shorter while it was read");
            if (shard.Stride != shard.VectorBytes)
            {
                for (var row = 0; row < rows; row++)
                    bytes.Slice(row * shard.Stride + shard.Offset, shard.VectorBytes).CopyTo(bytes[(row * shard.VectorBytes)..]);
                bytes = bytes[..(rows * shard.VectorBytes)];
            }
            if (shard.Header.Type != NpyType.Float64)
                return bytes;
            var doubles = MemoryMarshal.Cast<byte, double>(bytes);
            var singles = new float[doubles.Length];
            TensorPrimitives.ConvertTruncating(doubles, singles.AsSpan());
            return MemoryMarshal.AsBytes(singles.AsSpan());
        }

        private Span<byte> Take(int length)
        {
            if (_length < (nuint)length)
                _bytes = (byte*)NativeMemory.AlignedRealloc(_bytes, _length = (nuint)length, Alignment);
            return new(_bytes, length);
        }
    }
}

/// <summary>A file of vectors in NumPy's format, with all or some of a table's rows.</summary>
/// <param name="Path">The file.</param>
/// <param name="Header">Its header; <c>[rows, D]</c>, or <c>[rows, layers, D]</c>.</param>
/// <param name="Layer">The position of the layer to read within a row; 0 if there is one layer.</param>
/// <param name="Indices">The dataset index of each row.</param>
/// <param name="Scales">A scale per row; empty if all are 1.</param>
internal sealed record NpyShard(string Path, NpyHeader Header, int Layer, long[] Indices, float[] Scales)
{
    public int Rows => Indices.Length;

    public int Dimension => (int)Header.Shape[^1];

    /// <summary>The size of a row in the file in bytes, with all of its layers.</summary>
    public int Stride => (int)Header.Shape.Skip(1).Aggregate(1L, (count, length) => count * length) * Header.Type.Bytes();

    /// <summary>The offset of the vector within its row, in bytes.</summary>
    public int Offset => Layer * VectorBytes;

    public int VectorBytes => Dimension * Header.Type.Bytes();
}

/// <summary>Asks the kernel to read a part of a file from the disk in the background. Does nothing on systems without such a call.</summary>
internal static partial class ReadAhead
{
    private const int WillNeed = 3;

    public static void Request(SafeFileHandle file, long offset, long bytes)
    {
        // The result is ignored: a failure shows when the file is read.
        if (OperatingSystem.IsLinux())
            _ = Advise(file, offset, bytes, WillNeed);
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long bytes, int advice);
}
