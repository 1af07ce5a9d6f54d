using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Torch.Tests.Operators;

public sealed class ShapeAndIndexTests
{
    [Fact]
    public void Views_see_the_same_memory_in_another_order()
    {
        using var scope = NewDisposeScope();
        var t = arange(24, dtype: int64).view(2, 3, 4);
        t.transpose(0, 2).shape.ShouldBe([4, 3, 2]);
        t.permute(1, 0, 2)[2, 1].data<long>().ToArray().ShouldBe([20, 21, 22, 23]);
        t.flatten(1).shape.ShouldBe([2, 12]);
        t.unflatten(-1, 2, 2).shape.ShouldBe([2, 3, 2, 2]);
        t.unsqueeze(1).squeeze(1).shape.ShouldBe([2, 3, 4]);
        t.narrow(2, 1, 2)[0, 0].data<long>().ToArray().ShouldBe([1, 2]);
        t.select(0, 1).add_(100);
        t[1, 0].data<long>().ToArray().ShouldBe([112, 113, 114, 115]);
        t.transpose(1, 2).data<long>()[0, 3, 2].ShouldBe(11);
        t.transpose(1, 2).is_contiguous().ShouldBeFalse();
        t.transpose(1, 2).contiguous().bytes.Length.ShouldBe(24 * 8);
    }

    [Fact]
    public void Ranges_elements_and_tensors_index_as_in_Python()
    {
        using var scope = NewDisposeScope();
        var t = arange(20, dtype: int64).view(4, 5);
        t[TensorIndex.Slice(1, 3), TensorIndex.Colon].shape.ShouldBe([2, 5]);
        t[1..^1, ^1].data<long>().ToArray().ShouldBe([9, 14]);
        t[.., 1..].shape.ShouldBe([4, 4]);
        t[TensorIndex.Ellipsis, 0].data<long>().ToArray().ShouldBe([0, 5, 10, 15]);
        t[TensorIndex.None, 2].shape.ShouldBe([1, 5]);
        t[TensorIndex.Slice(step: 2)].shape.ShouldBe([2, 5]);
        t[tensor(new long[] { 3, 0 })].data<long>().ToArray().ShouldBe([15, 16, 17, 18, 19, 0, 1, 2, 3, 4]);
        t[TensorIndex.Colon, TensorIndex.Tensor(tensor(new long[] { 4, 4 }))].data<long>().ToArray().ShouldBe([4, 4, 9, 9, 14, 14, 19, 19]);
        t[t > 17].data<long>().ToArray().ShouldBe([18, 19]);
        t[0, 1..3] = tensor(new long[] { -1, -2 });
        t[0].data<long>().ToArray().ShouldBe([0, -1, -2, 3, 4]);
        t.index_put_(tensor(7L), t < 0);
        t[0].data<long>().ToArray().ShouldBe([0, 7, 7, 3, 4]);
        Should.Throw<ArgumentException>(() => t[0, 0..1, 0]);
    }

    [Fact]
    public void Rows_are_gathered_scattered_and_added_by_index()
    {
        using var scope = NewDisposeScope();
        var t = arange(6, dtype: float32).view(3, 2);
        t.index_select(0, tensor(new long[] { 2, 2 })).data<float>().ToArray().ShouldBe([4, 5, 4, 5]);
        t.gather(1, tensor(new long[] { 1, 0, 1 }, [3, 1])).data<float>().ToArray().ShouldBe([1, 2, 5]);
        zeros(3).scatter_add_(0, tensor(new long[] { 1, 1, 0 }), tensor(new float[] { 1, 2, 3 })).data<float>().ToArray().ShouldBe([3, 3, 0]);
        zeros(2, 2).index_add_(0, tensor(new long[] { 1, 1, 0 }), t, 2).data<float>().ToArray().ShouldBe([8, 10, 4, 8]);
        t.masked_fill(t > 3, 9).data<float>().ToArray().ShouldBe([0, 1, 2, 3, 9, 9]);
        t.masked_select(t > 3).data<float>().ToArray().ShouldBe([4, 5]);
        cat([t, t], 1).shape.ShouldBe([3, 4]);
        stack([t, t]).shape.ShouldBe([2, 3, 2]);
        t.split([1, 2]).Select(p => p.size(0)).ShouldBe([1L, 2L]);
        t.chunk(2, 1)[1].data<float>().ToArray().ShouldBe([1, 3, 5]);
        t.unbind()[2].data<float>().ToArray().ShouldBe([4, 5]);
        t.tril().data<float>().ToArray().ShouldBe([0, 0, 2, 3, 4, 5]);
        t.repeat_interleave(2, 0).shape.ShouldBe([6, 2]);
    }

    [Fact]
    public void Factories_make_what_they_say()
    {
        using var scope = NewDisposeScope();
        zeros(2, 3).shape.ShouldBe([2, 3]);
        ones([2], dtype: int64).data<long>().ToArray().ShouldBe([1, 1]);
        full(2, 2, 1.5).sum().ToDouble().ShouldBe(6);
        eye(3).sum().ToDouble().ShouldBe(3);
        arange(1, 10, 3).data<long>().ToArray().ShouldBe([1, 4, 7]);
        linspace(0, 1, 3).data<float>().ToArray().ShouldBe([0, 0.5f, 1]);
        randperm(5).sort().Values.data<long>().ToArray().ShouldBe([0, 1, 2, 3, 4]);
        randint(3, 4, [8]).data<long>().ToArray().ShouldAllBe(v => v == 3);
        tensor(new[,] { { 1f, 2f }, { 3f, 4f } })[1, 0].item<float>().ShouldBe(3);
        tensor(new[] { 1f }, dtype: float64).dtype.ShouldBe(ScalarType.Float64);
        tensor(2.5f, requires_grad: true).requires_grad.ShouldBeTrue();
        zeros_like(ones(2, dtype: bfloat16)).dtype.ShouldBe(ScalarType.BFloat16);
        Should.Throw<ArgumentException>(() => tensor(new float[3], [2, 2])).Message.ShouldContain("2x2");
    }

    [Fact]
    public void Attention_equals_its_definition_in_loops()
    {
        const int length = 4, width = 3;
        float[] q = ArithmeticTests.Numbers(1, length * width), k = ArithmeticTests.Numbers(2, length * width), v = ArithmeticTests.Numbers(3, length * width);
        using var scope = NewDisposeScope();
        long[] shape = [1, 1, length, width];
        var causal = nn.functional.scaled_dot_product_attention(tensor(q, shape), tensor(k, shape), tensor(v, shape), is_casual: true);
        var boolean = nn.functional.scaled_dot_product_attention(tensor(q, shape), tensor(k, shape), tensor(v, shape), ones(length, length, dtype: @bool).tril());
        var added = nn.functional.scaled_dot_product_attention(
            tensor(q, shape), tensor(k, shape), tensor(v, shape), zeros(length, length).masked_fill(ones(length, length, dtype: @bool).triu(1), double.NegativeInfinity));
        for (var i = 0; i < length; i++)
        {
            var weights = Enumerable.Range(0, i + 1)
                .Select(j => Math.Exp(Enumerable.Range(0, width).Sum(d => (double)q[i * width + d] * k[j * width + d]) / Math.Sqrt(width))).ToArray();
            for (var d = 0; d < width; d++)
            {
                var expected = Enumerable.Range(0, i + 1).Sum(j => weights[j] * v[j * width + d]) / weights.Sum();
                foreach (var result in new[] { causal, boolean, added })
                    ((double)result.data<float>()[0, 0, i, d]).ShouldBe(expected, 1e-6);
            }
        }
    }
}
