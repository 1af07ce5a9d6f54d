using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Torch.Tests.Operators;

/// <summary>Numbers in and out: dtypes, shared memory, errors.</summary>
public sealed class DataTests
{
    [Fact]
    public void Sixteen_bit_floats_round_trip_through_spans()
    {
        float[] values = [0, 1, -1.5f, 3.140625f, 65280, 1e-3f, float.PositiveInfinity, float.NaN];
        using var scope = NewDisposeScope();

        var halves = values.Select(v => (Half)v).ToArray();
        tensor(halves).data<Half>().ToArray().ShouldBe(halves);
        tensor(values).to(float16).data<Half>().ToArray().ShouldBe(halves);

        var bfloats = values.Select(v => (BFloat16)v).ToArray();
        MemoryMarshal.AsBytes<BFloat16>(tensor(bfloats).data<BFloat16>().ToArray()).SequenceEqual(MemoryMarshal.AsBytes<BFloat16>(bfloats)).ShouldBeTrue();
        tensor(values).to(bfloat16).data<BFloat16>().ToArray().Select(b => (float)b).ShouldBe(bfloats.Select(b => (float)b));
    }

    [Fact]
    public void Our_rounding_to_bfloat16_is_libtorchs()
    {
        using var scope = NewDisposeScope();
        var random = new Random(1);
        var bits = new byte[40_000];
        random.NextBytes(bits);
        var values = MemoryMarshal.Cast<byte, float>(bits).ToArray();
        var theirs = tensor(values).to(bfloat16).to(float32).data<float>().ToArray();
        for (var i = 0; i < values.Length; i++)
            ((float)(BFloat16)values[i]).ShouldBe(theirs[i]);
    }

    public static TheoryData<ScalarType, int> Types => new()
    {
        { float32, 4 }, { float64, 8 }, { bfloat16, 2 }, { float16, 2 }, { int64, 8 }, { int32, 4 }, { uint8, 1 }, { @bool, 1 },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_dtype_is_made_read_and_converted(ScalarType type, int size)
    {
        using var scope = NewDisposeScope();
        var t = tensor(new float[] { 0, 1, 1, 0 }).to(type);
        t.dtype.ShouldBe(type);
        t.element_size().ShouldBe(size);
        t.bytes.Length.ShouldBe(4 * size);
        t.to(float32).data<float>().ToArray().ShouldBe([0, 1, 1, 0]);
    }

    [Fact]
    public void An_array_is_shared_not_copied_and_survives_collection()
    {
        using var scope = NewDisposeScope();
        var array = new float[1000];
        var shared = from_array(array);
        array[7] = 3;
        GC.Collect();
        shared[7].item<float>().ShouldBe(3);
        shared[8] = tensor(4f);
        array[8].ShouldBe(4);
        frombuffer(new byte[] { 0, 0, 1, 0, 2, 0 }, ScalarType.Int16, offset: 2).data<short>().ToArray().ShouldBe([1, 2]);
        Should.Throw<ArgumentException>(() => frombuffer(new byte[3], ScalarType.Float32, count: 1));
    }

    [Fact]
    public void Memory_of_others_is_released_once_when_its_last_tensor_goes()
    {
        var released = 0;
        var memory = Marshal.AllocHGlobal(16);
        try
        {
            var tensor = TensorExtensions.from_blob(memory, [4], float32, () => Interlocked.Increment(ref released));
            var view = tensor[1..];
            tensor.Dispose();
            released.ShouldBe(0);
            view.fill_(5);
            view.Dispose();
            released.ShouldBe(1);
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

    [Fact]
    public void Elements_come_in_row_major_order_whatever_the_strides()
    {
        using var scope = NewDisposeScope();
        var t = arange(6, dtype: int64).view(2, 3).t();
        t.data<long>().ToArray().ShouldBe([0, 3, 1, 4, 2, 5]);
        t.data<long>().CopyFrom([10L, 11, 12, 13, 14, 15]);
        t.t().contiguous().data<long>().ToArray().ShouldBe([10, 12, 14, 11, 13, 15]);
        Should.Throw<ArgumentOutOfRangeException>(() => t.data<long>()[6]);
        Should.Throw<ArgumentOutOfRangeException>(() => t.data<long>()[3, 0]);
        Should.Throw<InvalidOperationException>(() => t.bytes.Length).Message.ShouldContain("contiguous()");
    }

    [Fact]
    public void What_libtorch_refuses_is_an_exception_with_its_message()
    {
        using var scope = NewDisposeScope();
        Should.Throw<ExternalException>(() => ones(2, 3).mm(ones(2, 3))).Message.ShouldContain("shapes cannot be multiplied (2x3 and 2x3)");
        Should.Throw<ExternalException>(() => ones(2, 3).matmul(ones(5, 4)));
        Should.Throw<ExternalException>(() => ones(2).view(3)).Message.ShouldContain("invalid for input of size 2");
        Should.Throw<ExternalException>(() => ones(2).mm(ones(2, dtype: int64)));
        Should.Throw<ExternalException>(() => ones(2, 2, dtype: int64).mm(ones(2, 2))).Message.ShouldContain("Long");
        Should.Throw<ExternalException>(() => ones(2).index_select(0, tensor(new long[] { 5 })));
        Should.Throw<ExternalException>(() => ones(2, device: CUDA)).Message.ShouldContain("CUDA", Case.Insensitive);
        Should.Throw<ArgumentException>(() => ones(2).data<double>()).Message.ShouldContain("Float32");
        Should.Throw<InvalidOperationException>(() => ones(2).item<float>());
    }

    [Fact]
    public void A_disposed_tensor_says_so()
    {
        var t = ones(2);
        t.Dispose();
        t.Dispose();
        t.IsInvalid.ShouldBeTrue();
        Should.Throw<ObjectDisposedException>(() => t + 1);
        Should.Throw<ObjectDisposedException>(() => t.shape);
        Should.Throw<ObjectDisposedException>(() => t.dtype);
        using var other = ones(2);
        Should.Throw<ObjectDisposedException>(() => other.add_(t));
    }

    [Fact]
    public void Memory_that_cannot_be_had_is_an_exception_that_says_how_much()
    {
        var elements = 1L << 50;
        Should.Throw<ExternalException>(() => empty(elements, dtype: float32)).Message.ShouldContain((elements * 4).ToString());
    }

    [Fact]
    public void Facts_of_CUDA_devices_agree_with_their_count()
    {
        cuda.is_available().ShouldBe(cuda.device_count() > 0);
        for (var i = 0; i < cuda.device_count(); i++)
        {
            var (free, total) = TensorExtensions.CudaMemory(i);
            free.ShouldBeInRange(1, total);
            cuda.synchronize(device(DeviceType.CUDA, i));
        }
        Should.Throw<ExternalException>(() => TensorExtensions.CudaMemory(cuda.device_count())).Message.ShouldContain($"no CUDA device {cuda.device_count()}");
    }

    [Fact]
    public void Seeds_and_generators_repeat()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        initial_seed().ShouldBe(3);
        var state = get_rng_state();
        var first = randn(5).data<float>().ToArray();
        set_rng_state(state);
        randn(5).data<float>().ToArray().ShouldBe(first);
        manual_seed(3);
        randn(5).data<float>().ToArray().ShouldBe(first);
        using var own = new Generator(3);
        randn(5, generator: own).data<float>().ToArray().ShouldBe(first);
        var second = randn(5, generator: own).data<float>().ToArray();
        second.ShouldNotBe(first);
        own.manual_seed(3);
        randn(5, generator: own).data<float>().ToArray().ShouldBe(first);
    }
}
