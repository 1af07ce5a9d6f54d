namespace Attribution.Data.Vectors;

/// <summary>
/// Writes the vectors of one layer in a <see cref="VectorFormat"/>; created by <see cref="VectorTables.Create"/>. Equal rows give equal bytes.
/// </summary>
internal interface ILayerVectorWriter : IDisposable
{
    /// <summary>Adds one vector.</summary>
    /// <param name="index">The row of the dataset.</param>
    /// <param name="vector">float32 <c>[D]</c>. In 16 and 8 bits, a vector that is not finite becomes all NaN; a zero vector is stored as it is.</param>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    void Append(long index, ReadOnlySpan<float> vector);

    /// <summary>Gives the files their final names; without this call no file is left.</summary>
    void Complete();
}

/// <summary>A <see cref="VectorTableWriter"/> of one layer.</summary>
internal sealed class ParquetLayerWriter(string path, int layer, int dimension) : ILayerVectorWriter
{
    private readonly VectorTableWriter _writer = new(path, dimension);

    public void Append(long index, ReadOnlySpan<float> vector) => _writer.Append(index, layer, vector);

    public void Complete() => _writer.Complete();

    public void Dispose() => _writer.Dispose();
}
