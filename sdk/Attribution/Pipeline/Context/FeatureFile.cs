using System.Globalization;
using System.Runtime.InteropServices;
using Attribution.ContextAttribution;
using Attribution.Models.Safetensors;

namespace Attribution.Pipeline.Context;

/// <summary>The features and outputs of examples as safetensors: for the i-th example <c>features.i</c> <c>[U, M, F]</c> and <c>outputs.i</c> <c>[U, M]</c>, float32.</summary>
internal static class FeatureFile
{
    public static void Write(string path, IReadOnlyList<TaskFeatures> examples) => SafetensorsWriter.Write(path, examples.SelectMany((e, i) => new[]
    {
        Source($"features.{i:d8}", [e.UnitCount, e.MaskCount, e.FeatureCount], e.Features),
        Source($"outputs.{i:d8}", [e.UnitCount, e.MaskCount], e.Outputs),
    }));

    public static IReadOnlyList<TaskFeatures> Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return [.. Enumerable.Range(0, file.Entries.Count / 2).Select(i => Read(file, i.ToString("d8", CultureInfo.InvariantCulture)))];
    }

    private static TaskFeatures Read(SafetensorsFile file, string example)
    {
        var shape = file[$"features.{example}"].Shape;
        return new TaskFeatures((int)shape[0], (int)shape[1], (int)shape[2], Floats(file, $"features.{example}"), Floats(file, $"outputs.{example}"));
    }

    private static float[] Floats(SafetensorsFile file, string name)
    {
        using var bytes = file.Map(name);
        return MemoryMarshal.Cast<byte, float>(bytes.Span).ToArray();
    }

    private static SafetensorsSource Source(string name, long[] shape, float[] values) =>
        new(name, SafetensorsDType.F32, shape, stream => stream.Write(MemoryMarshal.AsBytes(values.AsSpan())));
}
