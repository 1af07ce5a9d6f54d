using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using TorchSharp;

namespace Attribution.Torch.Native;

/// <summary>
/// One operator of libtorch, by its name in the dispatcher (<c>aten::add</c>, overload <c>Tensor</c>). Arguments are positional;
/// those left out at the end take the operator's own defaults, so one call serves every libtorch that has the operator.
/// </summary>
internal sealed unsafe class Operator(string name, string overload = "")
{
    private nint _handle;

    /// <summary>Whether the loaded libtorch has this operator.</summary>
    internal bool Exists => _handle != 0 || (_handle = NativeMethods.at_operator(name, overload)) != 0;

    /// <summary>Calls an operator that returns one tensor.</summary>
    internal torch.Tensor Call(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(arguments, &result, 1);
        return new torch.Tensor(result.Pointer);
    }

    /// <summary>Calls an operator that returns two tensors.</summary>
    internal (torch.Tensor, torch.Tensor) Call2(params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[2];
        Invoke(arguments, results, 2);
        return (new torch.Tensor(results[0].Pointer), new torch.Tensor(results[1].Pointer));
    }

    /// <summary>Calls an operator that returns three tensors.</summary>
    internal (torch.Tensor, torch.Tensor, torch.Tensor) Call3(params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[3];
        Invoke(arguments, results, 3);
        return (new torch.Tensor(results[0].Pointer), new torch.Tensor(results[1].Pointer), new torch.Tensor(results[2].Pointer));
    }

    /// <summary>Calls an operator that returns a list of tensors.</summary>
    internal torch.Tensor[] CallList(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(arguments, &result, 1);
        var tensors = new torch.Tensor[result.Count];
        for (var i = 0; i < tensors.Length; i++)
            tensors[i] = new torch.Tensor(((nint*)result.Pointer)[i]);
        NativeMethods.at_free_list(result.Pointer);
        return tensors;
    }

    /// <summary>Calls an operator that changes its first argument in place, and returns that argument.</summary>
    internal torch.Tensor CallInPlace(torch.Tensor self, params ReadOnlySpan<Argument> rest)
    {
        var arguments = new Argument[rest.Length + 1];
        arguments[0] = self;
        rest.CopyTo(arguments.AsSpan(1));
        NativeValue result;
        Invoke(arguments, &result, 1);
        if (result.Tag == ValueTag.Tensor)
            NativeMethods.at_free(result.Pointer);
        return self;
    }

    /// <summary>Calls an operator that returns a number or a truth value.</summary>
    internal NativeValue CallValue(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(arguments, &result, 1);
        return result;
    }

    [SkipLocalsInit]
    private void Invoke(ReadOnlySpan<Argument> arguments, NativeValue* results, int room)
    {
        if (!Exists)
            throw new NotSupportedException($"libtorch {torch.__version__} has no operator {name}{(overload == "" ? "" : "." + overload)}.");

        // Lists and strings travel by pointer; all of them share one scratch area, in words of 8 bytes.
        var words = 0;
        foreach (ref readonly var argument in arguments)
            words += argument.Tag switch
            {
                ValueTag.IntList or ValueTag.TensorList => argument.Count,
                ValueTag.String => (Encoding.UTF8.GetMaxByteCount(((string)argument.Reference!).Length) + 7) / 8,
                _ => 0,
            };
        var values = stackalloc NativeValue[arguments.Length];
        if (words <= 128)
        {
            var scratch = stackalloc nint[words];
            Invoke(arguments, values, scratch, results, room);
            return;
        }
        var rented = ArrayPool<nint>.Shared.Rent(words);
        fixed (nint* scratch = rented)
            Invoke(arguments, values, scratch, results, room);
        ArrayPool<nint>.Shared.Return(rented);
    }

    private void Invoke(ReadOnlySpan<Argument> arguments, NativeValue* values, nint* scratch, NativeValue* results, int room)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            ref readonly var argument = ref arguments[i];
            ref var value = ref values[i];
            value.Tag = argument.Tag;
            value.Count = argument.Count;
            switch (argument.Tag)
            {
                case ValueTag.Tensor:
                    value.Pointer = Unsafe.As<torch.Tensor>(argument.Reference)!.Handle;
                    break;
                case ValueTag.Generator:
                    value.Pointer = ((torch.Generator)argument.Reference!).Handle;
                    break;
                case ValueTag.IntList:
                    value.Pointer = (nint)scratch;
                    foreach (var number in (long[])argument.Reference!)
                        *scratch++ = (nint)number;
                    break;
                case ValueTag.TensorList:
                    value.Pointer = (nint)scratch;
                    foreach (var tensor in (torch.Tensor?[])argument.Reference!)
                        *scratch++ = tensor is null ? 0 : tensor.Handle;
                    break;
                case ValueTag.String:
                    var text = (string)argument.Reference!;
                    value.Pointer = (nint)scratch;
                    value.Count = Encoding.UTF8.GetBytes(text, new Span<byte>(scratch, Encoding.UTF8.GetMaxByteCount(text.Length)));
                    scratch += (Encoding.UTF8.GetMaxByteCount(text.Length) + 7) / 8;
                    break;
                default:
                    value.Integer = argument.Integer;
                    break;
            }
        }

        NativeMethods.Check(NativeMethods.at_call(_handle, values, arguments.Length, results, room));
        // The arguments' tensors must outlive the call, whatever the collector thinks of their last use.
        foreach (ref readonly var argument in arguments)
            GC.KeepAlive(argument.Reference);
    }
}
