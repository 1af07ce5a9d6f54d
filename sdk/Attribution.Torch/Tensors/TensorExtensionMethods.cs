namespace TorchSharp;

/// <summary>Conversions between tensors and .NET's own values.</summary>
public static class TensorExtensionMethods
{
    /// <summary>The bytes that one element takes.</summary>
    public static int ElementSize(this torch.ScalarType type) => type switch
    {
        torch.ScalarType.Byte or torch.ScalarType.Int8 or torch.ScalarType.Bool => 1,
        torch.ScalarType.Int16 or torch.ScalarType.Float16 or torch.ScalarType.BFloat16 => 2,
        torch.ScalarType.Int32 or torch.ScalarType.Float32 => 4,
        torch.ScalarType.Int64 or torch.ScalarType.Float64 => 8,
        _ => throw new ArgumentException($"{type} has no element size here."),
    };

    public static float ToSingle(this torch.Tensor value) => Only<float>(value, torch.ScalarType.Float32);
    public static double ToDouble(this torch.Tensor value) => Only<double>(value, torch.ScalarType.Float64);
    public static int ToInt32(this torch.Tensor value) => Only<int>(value, torch.ScalarType.Int32);
    public static long ToInt64(this torch.Tensor value) => Only<long>(value, torch.ScalarType.Int64);
    public static bool ToBoolean(this torch.Tensor value) => Only<bool>(value, torch.ScalarType.Bool);

    private static T Only<T>(torch.Tensor tensor, torch.ScalarType type) where T : unmanaged
    {
        using var converted = tensor.to(type);
        return converted.item<T>();
    }
}
