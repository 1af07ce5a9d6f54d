using TorchSharp;

namespace Attribution.Torch.Native;

/// <summary>One argument of an operator, before it is laid out for the shim. Everything an operator takes converts to it.</summary>
internal readonly struct Argument
{
    internal readonly ValueTag Tag;
    internal readonly int Count;
    internal readonly long Integer;
    internal readonly object? Reference;

    private Argument(ValueTag tag, long integer = 0, object? reference = null, int count = 0)
    {
        Tag = tag;
        Integer = integer;
        Reference = reference;
        Count = count;
    }

    /// <summary>The operator's <c>None</c>.</summary>
    internal static Argument None => new(ValueTag.None);

    /// <summary>The operator's own default for this parameter.</summary>
    internal static Argument Default => new(ValueTag.Default);

    public static implicit operator Argument(torch.Tensor? value) => value is null ? None : new(ValueTag.Tensor, 0, value);
    public static implicit operator Argument(torch.Tensor?[] value) => new(ValueTag.TensorList, 0, value, value.Length);
    public static implicit operator Argument(int value) => new(ValueTag.Int, value);
    public static implicit operator Argument(long value) => new(ValueTag.Int, value);
    public static implicit operator Argument(long? value) => value is { } v ? v : None;
    public static implicit operator Argument(double value) => new(ValueTag.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Argument(double? value) => value is { } v ? v : None;
    public static implicit operator Argument(bool value) => new(ValueTag.Bool, value ? 1 : 0);
    public static implicit operator Argument(long[]? value) => value is null ? None : new(ValueTag.IntList, 0, value, value.Length);
    public static implicit operator Argument(ReadOnlySpan<long> value) => value.ToArray();
    public static implicit operator Argument(string? value) => value is null ? None : new(ValueTag.String, 0, value);
    public static implicit operator Argument(Scalar? value) => value is null ? None : new(value.Tag, value.Bits);
    public static implicit operator Argument(torch.ScalarType value) => new(ValueTag.Int, (long)value);
    public static implicit operator Argument(torch.ScalarType? value) => value is { } v ? v : None;
    public static implicit operator Argument(torch.Device? value) => value is null ? None : new(ValueTag.Device, (long)value.type, null, value.index);
    public static implicit operator Argument(torch.Generator? value) => value is null ? None : new(ValueTag.Generator, 0, value);
}
