using System.Collections.Frozen;
using System.Text;
using Attribution.Models.Safetensors;

namespace Attribution.Models.Checkpoints;

/// <summary>The only Python functions and classes that a checkpoint may name.</summary>
internal static class PickleGlobals
{
    private static readonly FrozenDictionary<string, object> s_known = new Dictionary<string, object>
    {
        ["torch._utils._rebuild_tensor_v2"] = PickleFunction.RebuildTensor,
        ["torch._utils._rebuild_parameter"] = PickleFunction.RebuildParameter,
        ["collections.OrderedDict"] = PickleFunction.OrderedDictionary,
        ["torch.Size"] = PickleFunction.Size,
        // Protocol 2 has no bytes type: bytes are text that is encoded again.
        ["_codecs.encode"] = PickleFunction.Encode,
        ["__builtin__.bytes"] = PickleFunction.EmptyBytes,
        ["builtins.bytes"] = PickleFunction.EmptyBytes,
        ["torch.DoubleStorage"] = SafetensorsDType.F64,
        ["torch.FloatStorage"] = SafetensorsDType.F32,
        ["torch.HalfStorage"] = SafetensorsDType.F16,
        ["torch.BFloat16Storage"] = SafetensorsDType.BF16,
        ["torch.LongStorage"] = SafetensorsDType.I64,
        ["torch.IntStorage"] = SafetensorsDType.I32,
        ["torch.ShortStorage"] = SafetensorsDType.I16,
        ["torch.CharStorage"] = SafetensorsDType.I8,
        ["torch.ByteStorage"] = SafetensorsDType.U8,
        ["torch.BoolStorage"] = SafetensorsDType.Bool,
    }.Concat(new[] { "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool" }
        .Select(name => KeyValuePair.Create($"torch.{name}", (object)new CheckpointType($"torch.{name}")))).ToFrozenDictionary();

    /// <summary>
    /// A <see cref="PickleFunction"/>, the <see cref="SafetensorsDType"/> of a storage's class, or a <see cref="CheckpointType"/>; null for any other name.
    /// </summary>
    public static object? Find(string module, string name) => s_known.GetValueOrDefault($"{module}.{name}");

    /// <summary>The bytes that a Latin-1 text represents.</summary>
    public static byte[] Encode(string text) => text.All(c => c <= 0xFF)
        ? Encoding.Latin1.GetBytes(text)
        : throw new PickleException("a text that stands for bytes is not latin1");
}

/// <summary>The functions that a pickle may call.</summary>
internal enum PickleFunction
{
    /// <summary><c>(storage, offset, size, stride, requires_grad, backward_hooks[, metadata])</c>.</summary>
    RebuildTensor,

    /// <summary><c>(tensor, requires_grad, backward_hooks)</c>.</summary>
    RebuildParameter,

    /// <summary><c>()</c>, or a list of pairs.</summary>
    OrderedDictionary,

    /// <summary><c>(tuple of integers)</c>.</summary>
    Size,

    /// <summary><c>(text, 'latin1')</c>.</summary>
    Encode,

    /// <summary><c>()</c>.</summary>
    EmptyBytes,
}

/// <summary>A pickle contradicts itself. The reader adds the position and the file.</summary>
/// <param name="message">The error, as a clause.</param>
internal sealed class PickleException(string message) : Exception(message);
