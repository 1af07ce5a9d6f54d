using System.Numerics.Tensors;

namespace Attribution.Selection.Scoring;

/// <summary>The vector algebra of the definitions, in float64.</summary>
internal static class Vectors
{
    /// <summary>The least length that a vector is divided by: <c>n(v) = v / max(|v|, 1e-6)</c>.</summary>
    public const double Epsilon = 1e-6;

    /// <summary>The vector scaled to length 1: <c>n(v) = v / max(|v|, 1e-6)</c>.</summary>
    public static double[] Normalized(double[] vector)
    {
        var result = new double[vector.Length];
        TensorPrimitives.Divide(vector, Math.Max(TensorPrimitives.Norm(vector), Epsilon), result);
        return result;
    }

    /// <summary>The vector with a direction projected out: <c>v - &lt;v, direction&gt; direction</c>.</summary>
    public static double[] Without(double[] vector, double[] direction)
    {
        var along = TensorPrimitives.Dot(vector, direction);
        return [.. vector.Select((v, d) => v - along * direction[d])];
    }

    public static double[] Widen(ReadOnlySpan<float> vector)
    {
        var result = new double[vector.Length];
        TensorPrimitives.ConvertTruncating(vector, result);
        return result;
    }
}
