using System.Runtime.InteropServices;
using Attribution.Data.Store;

namespace Attribution.Pipeline;

/// <summary>
/// The vectors of a block's rows at one layer: float32 <c>[rows, D]</c>, little-endian, row-major, without a header. The manifest has the hash.
/// </summary>
internal static class VectorBlockFile
{
    private const string File = "vectors.f32";

    public static void Write(ArtifactBuilder builder, ReadOnlySpan<float> vectors)
    {
        using var file = System.IO.File.Create(builder.PathOf(File));
        file.Write(MemoryMarshal.AsBytes(vectors));
    }

    public static float[] Read(Artifact artifact)
    {
        using var file = System.IO.File.OpenRead(artifact.PathOf(File));
        var vectors = new float[file.Length / sizeof(float)];
        file.ReadExactly(MemoryMarshal.AsBytes(vectors.AsSpan()));
        return vectors;
    }
}
