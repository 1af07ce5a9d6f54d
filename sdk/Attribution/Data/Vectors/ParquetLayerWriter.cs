namespace Attribution.Data.Vectors;

/// <summary>A <see cref="VectorTableWriter"/> of one layer.</summary>
internal sealed class ParquetLayerWriter(string path, int layer, int dimension) : ILayerVectorWriter
{
    private readonly VectorTableWriter _writer = new(path, dimension);

    public void Append(long index, ReadOnlySpan<float> vector) => _writer.Append(index, layer, vector);

    public void Complete() => _writer.Complete();

    public void Dispose() => _writer.Dispose();
}
