namespace Attribution.Data.Vectors;

/// <summary>
/// Writes the vectors of one layer in some <see cref="VectorFormat"/>; made by <see cref="VectorTables.Create"/>. Equal rows give equal bytes.
/// </summary>
internal interface ILayerVectorWriter : IDisposable
{
    /// <summary>Adds one vector.</summary>
    /// <param name="index">The dataset's row.</param>
    /// <param name="vector">float32 <c>[D]</c>. In 16 and 8 bits a vector that is not finite becomes all NaN; a zero vector is kept as it is.</param>
    /// <exception cref="ArgumentException">The vector is of another length.</exception>
    void Append(long index, ReadOnlySpan<float> vector);

    /// <summary>Gives the files their names; without it none is left.</summary>
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
