using Attribution.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Models;

/// <summary>Every family against <see cref="NaiveTransformer"/>, to 1e-4 in float32.</summary>
public sealed class FamilyTests
{
    public static TheoryData<string, int> Cases => new()
    {
        { "llama3", 40 }, // positions in all three of llama3's ranges
        { "llama-linear", 20 },
        { "mistral", 20 }, // over the window of 7
        { "qwen2", 17 }, // over block 2's window of 5
        { "qwen3", 12 },
        { "phi3", 16 }, // the longest that longrope calls short
        { "phi3", 17 }, // the shortest that it calls long
        { "gemma3", 20 }, // over the window of 6
        { "gemma2", 20 },
        { "olmo2", 12 },
        { "smollm3", 12 },
        { "granite", 12 },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Logits_and_every_residual_stream_are_the_family_s_definition(string family, int length)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = tiny.Load();
        using var scope = NewDisposeScope();
        var ids = TinyCheckpoint.Tokens(length, 1);
        var expected = tiny.Naive.Streams(ids);
        var context = model.Transformer.Context(1, length);
        var stream = model.Transformer.Embed(Numbers.Ids(ids));
        Numbers.RelativeError(stream, expected[0]).ShouldBeLessThan(1e-6);
        for (var i = 0; i < model.Config.BlockCount; i++)
        {
            stream = model.Transformer.Block(i, stream, context);
            Numbers.RelativeError(stream, expected[i + 1]).ShouldBeLessThan(1e-4, $"the stream leaving block {i}");
        }
        Numbers.RelativeError(model.Transformer.Logits(stream), tiny.Naive.Logits(expected[^1])).ShouldBeLessThan(1e-4);
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_gradient_at_a_middle_block_is_the_definition_s(string family, int length)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = tiny.Load();
        using var scope = NewDisposeScope();
        const int Block = 1;
        var ids = TinyCheckpoint.Tokens(length, 2);
        var context = model.Transformer.Context(1, length);
        Tensor leaf;
        using (no_grad())
            leaf = model.Transformer.Run(model.Transformer.Embed(Numbers.Ids(ids)), context, 0, Block + 1).detach();
        leaf.requires_grad_(true);
        var last = model.Transformer.Run(leaf, context, Block + 1, model.Config.BlockCount);
        var logits = model.Transformer.Logits(last, arange(length - 1, dtype: int64, device: TinyModel.Device));
        nn.functional.cross_entropy(logits, tensor(ids.Skip(1).Select(id => (long)id).ToArray(), device: TinyModel.Device)).backward();

        Numbers.RelativeError(leaf.grad!, tiny.Naive.Gradient(Block, ids)).ShouldBeLessThan(1e-4);
        model.Transformer.Weights.Values.Any(weight => weight.requires_grad || weight.grad is not null).ShouldBeFalse();
    }

    [Fact]
    public void The_naive_gradient_sees_a_wrong_mask()
    {
        // The comparison above would be worth little if it could not tell a window of 7 from one of 8.
        using var tiny = TinyCheckpoint.Mistral();
        var ids = TinyCheckpoint.Tokens(20, 2);
        var right = tiny.Naive.Gradient(1, ids);
        tiny.Naive.Windows = [7, 7, 8];
        var wrong = tiny.Naive.Gradient(1, ids);
        Numbers.RelativeError(wrong, right).ShouldBeGreaterThan(1e-3);
    }

    [Theory]
    [InlineData("llama3"), InlineData("gemma3"), InlineData("phi3"), InlineData("gemma2"), InlineData("olmo2"), InlineData("smollm3"), InlineData("granite")]
    public void Bfloat16_follows_float32_to_its_own_precision(string family)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = CausalLanguageModel.Load(tiny.Folder, TinyModel.Device, bfloat16);
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var ids = TinyCheckpoint.Tokens(12, 1);
        var stream = model.Transformer.Run(model.Transformer.Embed(Numbers.Ids(ids)), model.Transformer.Context(1, 12), 0, model.Config.BlockCount);
        stream.dtype.ShouldBe(bfloat16);
        Numbers.RelativeError(stream.to(float32), tiny.Naive.Streams(ids)[^1]).ShouldBeLessThan(0.05);
    }
}
