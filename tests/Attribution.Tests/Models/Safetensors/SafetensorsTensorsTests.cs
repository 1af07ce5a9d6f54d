using System.Runtime.InteropServices;
using Attribution.Diagnostics;
using Attribution.Models.Safetensors;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Models.Safetensors;

public sealed class SafetensorsTensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder["model.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public unsafe void On_the_cpu_and_in_its_dtype_a_tensor_is_the_mapped_file()
    {
        SafetensorsWriter.Write(Path, [Floats("w", 1, 2, 3, 4, 5, 6)]);
        using var file = SafetensorsFile.Open(Path);
        using var view = file.Map("w");

        using var tensor = file.Load("w");

        tensor.data_pointer().ShouldBe((nint)view.Pointer);
        tensor.shape.ShouldBe([6]);
        tensor.data<float>().ToArray().ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public void The_mapping_lives_as_long_as_the_last_tensor_over_it_and_no_longer()
    {
        SafetensorsWriter.Write(Path, [Floats("w", 1, 2, 3, 4)]);
        var file = SafetensorsFile.Open(Path);
        var whole = file.Load("w");
        var part = whole.narrow(0, 2, 2);
        file.Dispose();
        whole.Dispose();

        part.data<float>().ToArray().ShouldBe([3, 4]);
        IsMapped().ShouldBeTrue();
        part.Dispose();

        IsMapped().ShouldBeFalse();
    }

    [Fact]
    public void A_converted_tensor_lets_go_of_the_file()
    {
        SafetensorsWriter.Write(Path, [Floats("w", 1, 0.5f, -3, 4)]);
        var file = SafetensorsFile.Open(Path);

        using var tensor = file.Load("w", bfloat16);
        file.Dispose();

        IsMapped().ShouldBeFalse();
        tensor.dtype.ShouldBe(bfloat16);
        tensor.to(float32).data<float>().ToArray().ShouldBe([1, 0.5f, -3, 4]);
    }

    [Fact]
    public void Changing_a_tensor_in_place_leaves_the_file_alone()
    {
        SafetensorsWriter.Write(Path, [Floats("w", 1, 2)]);
        var before = File.ReadAllBytes(Path);
        using var file = SafetensorsFile.Open(Path);
        using var tensor = file.Load("w");

        tensor.fill_(7);

        tensor.data<float>().ToArray().ShouldBe([7, 7]);
        File.ReadAllBytes(Path).ShouldBe(before);
    }

    [Fact]
    public unsafe void An_unaligned_tensor_is_copied()
    {
        var header = """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}"""u8.ToArray();
        File.WriteAllBytes(Path, SafetensorsBytes.File([.. header, .. Enumerable.Repeat((byte)' ', 8 - header.Length % 8)],
            [9, .. MemoryMarshal.AsBytes<float>([1.5f, -2])]));
        using var file = SafetensorsFile.Open(Path);
        using var view = file.Map("w");

        using var tensor = file.Load("w");

        tensor.data_pointer().ShouldNotBe((nint)view.Pointer);
        tensor.data<float>().ToArray().ShouldBe([1.5f, -2]);
    }

    [Fact]
    public void Every_dtype_of_tensors_is_saved_and_loaded_with_its_shape()
    {
        using var scope = NewDisposeScope();
        ScalarType[] types = [ScalarType.Bool, ScalarType.Byte, ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64, ScalarType.Float16,
            ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64];
        var tensors = types.ToDictionary(type => type.ToString(), type => arange(24, dtype: float32).reshape(2, 3, 4).to(type));
        tensors["scalar"] = tensor(3.5f);
        tensors["empty"] = zeros(0, 5);
        tensors["transposed"] = arange(6, dtype: float32).reshape(2, 3).t();

        SafetensorsTensors.Save(Path, tensors, new Dictionary<string, string> { ["format"] = "pt" });

        using var file = SafetensorsFile.Open(Path);
        foreach (var (name, expected) in tensors)
        {
            var loaded = file.Load(name);
            loaded.dtype.ShouldBe(expected.dtype, name);
            loaded.shape.ShouldBe(expected.shape, name);
            loaded.bytes.SequenceEqual(expected.contiguous().bytes).ShouldBeTrue(name);
        }
    }

    [Theory]
    [InlineData(nameof(SafetensorsDType.F8E4M3))]
    [InlineData(nameof(SafetensorsDType.F4))]
    [InlineData(nameof(SafetensorsDType.U32))]
    public void A_dtype_that_tensors_lack_is_an_error_that_names_it(string name)
    {
        var dtype = Enum.Parse<SafetensorsDType>(name);
        SafetensorsWriter.Write(Path, [SafetensorsBytes.Source("w", dtype, [2], new byte[2 * dtype.Bits() / 8])]);
        using var file = SafetensorsFile.Open(Path);

        var error = Should.Throw<AttributionException>(() => file.Load("w"));

        error.Code.ShouldBe(ErrorCodes.TensorType);
        error.Property.ShouldBe("w");
        error.Message.ShouldContain(dtype.Name());
    }

    [SharedFact("models", "stories260k", "model.safetensors")]
    public void A_published_checkpoint_loads_without_a_copy_of_its_weights()
    {
        using var scope = NewDisposeScope();
        using var weights = SafetensorsCollection.Open(SharedData.Find("models", "stories260k")!);

        foreach (var name in weights.Names)
        {
            using var view = weights.Map(name);
            weights.Load(name).bytes.SequenceEqual(view.Span).ShouldBeTrue(name);
        }
    }

    private static SafetensorsSource Floats(string name, params float[] values) =>
        SafetensorsBytes.Source(name, SafetensorsDType.F32, [values.Length], MemoryMarshal.AsBytes<float>(values).ToArray());

    private bool IsMapped() => File.ReadLines("/proc/self/maps").Any(line => line.EndsWith(Path, StringComparison.Ordinal));
}
