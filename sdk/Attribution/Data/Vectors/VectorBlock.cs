using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Attribution.Data.Vectors;

/// <summary>Consecutive rows of a vector table in their stored form: a component is the stored number times its row's scale.</summary>
public readonly ref struct VectorBlock
{
    /// <param name="firstRow">The position of the first row in the table, from 0.</param>
    /// <param name="indices">The dataset row of each vector.</param>
    /// <param name="dimension">D.</param>
    /// <param name="element">The type of the components in <paramref name="data"/>.</param>
    /// <param name="data">The components, row-major <c>[rows, D]</c>.</param>
    /// <param name="scales">A scale per row; empty if all are 1.</param>
    public VectorBlock(long firstRow, ReadOnlySpan<long> indices, int dimension, VectorElement element, ReadOnlySpan<byte> data,
        ReadOnlySpan<float> scales = default)
    {
        (FirstRow, Dimension, Element) = (firstRow, dimension, element);
        Indices = indices;
        Data = data;
        Scales = scales;
    }

    /// <summary>The position of the first row in the table, from 0.</summary>
    public long FirstRow { get; }

    /// <summary>D, the length of every vector.</summary>
    public int Dimension { get; }

    /// <summary>The type of the components in <see cref="Data"/>.</summary>
    public VectorElement Element { get; }

    /// <summary>The dataset row of each vector.</summary>
    public ReadOnlySpan<long> Indices { get; }

    /// <summary>The stored components, row-major <c>[rows, D]</c>, little-endian.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>A scale per row; empty if all are 1.</summary>
    public ReadOnlySpan<float> Scales { get; }

    /// <summary>The number of rows.</summary>
    public int Rows => Indices.Length;

    /// <summary>One vector as float32 <c>[D]</c>.</summary>
    public void CopyRow(int row, Span<float> vector)
    {
        vector = vector[..Dimension];
        switch (Element)
        {
            case VectorElement.Float32:
                Row<float>(row).CopyTo(vector);
                break;
            case VectorElement.Float16:
                TensorPrimitives.ConvertToSingle(Row<Half>(row), vector);
                break;
            default:
                TensorPrimitives.ConvertChecked(Row<sbyte>(row), vector);
                break;
        }
        if (!Scales.IsEmpty)
            TensorPrimitives.Multiply(vector, Scales[row], vector);
    }

    private ReadOnlySpan<T> Row<T>(int row) where T : unmanaged => MemoryMarshal.Cast<byte, T>(Data).Slice(row * Dimension, Dimension);
}
