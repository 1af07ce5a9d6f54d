using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Attribution.Data.Vectors;

namespace Attribution.Selection.Scoring;

/// <summary>
/// Dot products of the rows of a block with several directions, and the rows' norms. Rows are converted to float32 one tile at a time and multiplied with all
/// directions while they are in the first-level cache, four rows by five directions in registers. Products are accumulated in float32, in sixteen sums per
/// pair, which are added up in float64. The order of additions is the same on every machine.
/// </summary>
internal sealed unsafe class DotProducts : IDisposable
{
    private const int Lanes = 16, TileLength = 512, TileVectors = TileLength / Lanes;
    private const int RowGroup = 4, DirectionGroup = 5, GroupSums = RowGroup * DirectionGroup * Lanes;

    /// <summary>The number of rows processed together: as many as stay in the second-level cache.</summary>
    private const int MostRows = 32;

    private const nuint Alignment = 64;

    private readonly int _dimension;
    private readonly int _count;
    private readonly int _groups;
    private readonly int _vectors;

    // [group][D / 16][direction of the group][16], padded with zeros: one stream of memory for the inner loop.
    private readonly float* _directions;

    /// <param name="directions">The directions, each <c>[D]</c>; at least one.</param>
    public DotProducts(IReadOnlyList<double[]> directions)
    {
        (_count, _dimension) = (directions.Count, directions[0].Length);
        _groups = (_count + DirectionGroup - 1) / DirectionGroup;
        _vectors = (_dimension + Lanes - 1) / Lanes;
        _directions = Allocate(_groups * _vectors * DirectionGroup * Lanes);
        for (var q = 0; q < _count; q++)
            for (var d = 0; d < _dimension; d++)
                _directions[((q / DirectionGroup * _vectors + d / Lanes) * DirectionGroup + q % DirectionGroup) * Lanes + d % Lanes] = (float)directions[q][d];
    }

    /// <summary>Computes the norm and the dot products of every row, with scales applied.</summary>
    /// <param name="block">Rows of D components.</param>
    /// <param name="workspace">The calling thread's workspace, from <see cref="CreateWorkspace"/>.</param>
    /// <param name="dots">Receives <c>[rows, directions]</c>.</param>
    /// <param name="norms">Receives <c>[rows]</c>; NaN or infinite for a row with a component that is not finite.</param>
    public void Compute(scoped in VectorBlock block, Workspace workspace, Span<double> dots, Span<double> norms)
    {
        var size = block.Data.Length / Math.Max(1, block.Rows);
        fixed (byte* data = block.Data)
            for (var first = 0; first < block.Rows; first += MostRows)
            {
                var rows = Math.Min(MostRows, block.Rows - first);
                Compute(block.Element, data + (long)first * size, size, rows, workspace, norms[first..]);
                for (var row = 0; row < rows; row++)
                {
                    double scale = block.Scales.IsEmpty ? 1 : block.Scales[first + row];
                    norms[first + row] = Math.Sqrt(norms[first + row]) * scale;
                    for (var q = 0; q < _count; q++)
                        dots[(first + row) * _count + q] = Sum(SumsOf(workspace, row / RowGroup, q / DirectionGroup)
                            + (row % RowGroup * DirectionGroup + q % DirectionGroup) * Lanes) * scale;
                }
            }
    }

    /// <summary>Creates the memory for one thread.</summary>
    public Workspace CreateWorkspace() => new(MostRows / RowGroup * _groups * GroupSums);

    public void Dispose() => NativeMemory.AlignedFree(_directions);

    private void Compute(VectorElement element, byte* data, int rowBytes, int rows, Workspace workspace, Span<double> squares)
    {
        var componentBytes = rowBytes / _dimension;
        squares[..rows].Clear();
        for (var tile = 0; tile < _vectors; tile += TileVectors)
        {
            var vectors = Math.Min(TileVectors, _vectors - tile);
            var components = Math.Min(TileLength, _dimension - tile * Lanes);
            for (var first = 0; first < rows; first += RowGroup)
            {
                for (var row = first; row < Math.Min(first + RowGroup, rows); row++)
                    squares[row] += RowTile.Convert(element, data + (long)row * rowBytes + tile * Lanes * componentBytes, components,
                        workspace.Tile + (row - first) * TileLength);
                for (var group = 0; group < _groups; group++)
                    Multiply(workspace.Tile, _directions + ((long)group * _vectors + tile) * DirectionGroup * Lanes, vectors,
                        SumsOf(workspace, first / RowGroup, group), isFirst: tile == 0);
            }
        }
    }

    private float* SumsOf(Workspace workspace, int rowGroup, int group) => workspace.Sums + (rowGroup * _groups + group) * GroupSums;

    // Optimized from the first call: a pass over a small table ends before a loop would be compiled a second time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(float* rows, float* directions, int vectors, float* sums, bool isFirst)
    {
        Vector512<float> s00, s01, s02, s03, s04, s10, s11, s12, s13, s14, s20, s21, s22, s23, s24, s30, s31, s32, s33, s34;
        if (isFirst)
            s00 = s01 = s02 = s03 = s04 = s10 = s11 = s12 = s13 = s14 = s20 = s21 = s22 = s23 = s24 = s30 = s31 = s32 = s33 = s34 = Vector512<float>.Zero;
        else
        {
            (s00, s01, s02, s03, s04) = (At(sums, 0), At(sums, 1), At(sums, 2), At(sums, 3), At(sums, 4));
            (s10, s11, s12, s13, s14) = (At(sums, 5), At(sums, 6), At(sums, 7), At(sums, 8), At(sums, 9));
            (s20, s21, s22, s23, s24) = (At(sums, 10), At(sums, 11), At(sums, 12), At(sums, 13), At(sums, 14));
            (s30, s31, s32, s33, s34) = (At(sums, 15), At(sums, 16), At(sums, 17), At(sums, 18), At(sums, 19));
        }
        for (var i = 0; i < vectors; i++, rows += Lanes, directions += DirectionGroup * Lanes)
        {
            var (d0, d1, d2, d3, d4) = (At(directions, 0), At(directions, 1), At(directions, 2), At(directions, 3), At(directions, 4));
            var row = Vector512.LoadAligned(rows);
            s00 = Vector512.FusedMultiplyAdd(row, d0, s00);
            s01 = Vector512.FusedMultiplyAdd(row, d1, s01);
            s02 = Vector512.FusedMultiplyAdd(row, d2, s02);
            s03 = Vector512.FusedMultiplyAdd(row, d3, s03);
            s04 = Vector512.FusedMultiplyAdd(row, d4, s04);
            row = Vector512.LoadAligned(rows + TileLength);
            s10 = Vector512.FusedMultiplyAdd(row, d0, s10);
            s11 = Vector512.FusedMultiplyAdd(row, d1, s11);
            s12 = Vector512.FusedMultiplyAdd(row, d2, s12);
            s13 = Vector512.FusedMultiplyAdd(row, d3, s13);
            s14 = Vector512.FusedMultiplyAdd(row, d4, s14);
            row = Vector512.LoadAligned(rows + 2 * TileLength);
            s20 = Vector512.FusedMultiplyAdd(row, d0, s20);
            s21 = Vector512.FusedMultiplyAdd(row, d1, s21);
            s22 = Vector512.FusedMultiplyAdd(row, d2, s22);
            s23 = Vector512.FusedMultiplyAdd(row, d3, s23);
            s24 = Vector512.FusedMultiplyAdd(row, d4, s24);
            row = Vector512.LoadAligned(rows + 3 * TileLength);
            s30 = Vector512.FusedMultiplyAdd(row, d0, s30);
            s31 = Vector512.FusedMultiplyAdd(row, d1, s31);
            s32 = Vector512.FusedMultiplyAdd(row, d2, s32);
            s33 = Vector512.FusedMultiplyAdd(row, d3, s33);
            s34 = Vector512.FusedMultiplyAdd(row, d4, s34);
        }
        // Written out: a list would keep every sum in memory throughout the loop.
        s00.StoreAligned(sums);
        s01.StoreAligned(sums + Lanes);
        s02.StoreAligned(sums + 2 * Lanes);
        s03.StoreAligned(sums + 3 * Lanes);
        s04.StoreAligned(sums + 4 * Lanes);
        s10.StoreAligned(sums + 5 * Lanes);
        s11.StoreAligned(sums + 6 * Lanes);
        s12.StoreAligned(sums + 7 * Lanes);
        s13.StoreAligned(sums + 8 * Lanes);
        s14.StoreAligned(sums + 9 * Lanes);
        s20.StoreAligned(sums + 10 * Lanes);
        s21.StoreAligned(sums + 11 * Lanes);
        s22.StoreAligned(sums + 12 * Lanes);
        s23.StoreAligned(sums + 13 * Lanes);
        s24.StoreAligned(sums + 14 * Lanes);
        s30.StoreAligned(sums + 15 * Lanes);
        s31.StoreAligned(sums + 16 * Lanes);
        s32.StoreAligned(sums + 17 * Lanes);
        s33.StoreAligned(sums + 18 * Lanes);
        s34.StoreAligned(sums + 19 * Lanes);
    }

    private static Vector512<float> At(float* memory, int place) => Vector512.LoadAligned(memory + place * Lanes);

    private static double Sum(float* sums)
    {
        var (low, high) = Vector512.Widen(Vector512.LoadAligned(sums));
        return Vector512.Sum(low + high);
    }

    private static float* Allocate(int numbers)
    {
        var bytes = (nuint)numbers * sizeof(float);
        var memory = NativeMemory.AlignedAlloc(bytes, Alignment);
        NativeMemory.Clear(memory, bytes);
        return (float*)memory;
    }

    /// <summary>The memory of one thread.</summary>
    internal sealed class Workspace(int sums) : IDisposable
    {
        /// <summary>A tile of four rows as float32.</summary>
        public float* Tile { get; } = Allocate(RowGroup * TileLength);

        /// <summary>The sixteen sums of every row and direction.</summary>
        public float* Sums { get; } = Allocate(sums);

        public void Dispose()
        {
            NativeMemory.AlignedFree(Tile);
            NativeMemory.AlignedFree(Sums);
        }
    }
}
