using System.Runtime.InteropServices;

namespace Attribution.Data.Vectors;

/// <summary>An array of one axis in NumPy's format, read whole.</summary>
internal static class NpyArray
{
    /// <exception cref="Diagnostics.AttributionException">As for <see cref="NpyHeader.Read"/>; also if it is of another type or has more axes.</exception>
    public static T[] Read<T>(string path, NpyType type)
        where T : unmanaged
    {
        var header = NpyHeader.Read(path);
        if (header.Type != type || header.Shape.Count != 1)
            throw NpyHeader.Invalid(path, $"it is {header.Describe()}, and one axis of {type.Description()} is wanted");
        var values = new T[header.Count];
        using var file = File.OpenRead(path);
        file.Position = header.DataOffset;
        file.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
