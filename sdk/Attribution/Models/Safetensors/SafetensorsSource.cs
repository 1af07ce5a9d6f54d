namespace Attribution.Models.Safetensors;

/// <summary>A tensor to be written, whose bytes are asked for only when their turn comes.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="DType">The type of its elements.</param>
/// <param name="Shape">Its sizes, outermost first; empty for a scalar.</param>
/// <param name="WriteTo">Writes exactly the bytes of that type and shape, little-endian and row-major.</param>
public sealed record SafetensorsSource(string Name, SafetensorsDType DType, long[] Shape, Action<Stream> WriteTo);
