using Attribution.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Models;

/// <summary>What a pass can do beyond one plain row: batches, masks, positions, parts, caches.</summary>
public sealed class ForwardTests
{
    public static TheoryData<string> Families => ["llama3", "mistral", "qwen2", "qwen3", "phi3", "gemma3", "gemma2", "olmo2", "smollm3", "granite"];

    [Theory, MemberData(nameof(Families))]
    public void A_row_of_a_padded_batch_is_what_it_is_alone(string family)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = tiny.Load();
        using var scope = NewDisposeScope();
        using var none = no_grad();
        int[] lengths = [20, 3, 16, 9]; // phi3's 20 is long, its 16 short
        var rows = lengths.Select((length, i) => TinyCheckpoint.Tokens(length, i)).ToArray();
        var padded = rows.Select(row => (IReadOnlyList<int>)[.. row, .. Enumerable.Repeat(1, 20 - row.Length)]).ToArray();
        var batch = Run(model, padded, model.Transformer.Context(4, 20, lengths));
        for (var b = 0; b < rows.Length; b++)
        {
            var alone = Run(model, [rows[b]], model.Transformer.Context(1, lengths[b]));
            Numbers.RelativeDifference(batch[b].narrow(0, 0, lengths[b]), alone[0]).ShouldBeLessThan(1e-5, $"row {b}");
        }
    }

    [SharedFact("models", "stories260k")]
    public void A_row_of_a_padded_batch_of_real_weights_is_what_it_is_alone()
    {
        using var model = CausalLanguageModel.Load(SharedData.Find("models", "stories260k")!, TinyModel.Device);
        using var scope = NewDisposeScope();
        using var none = no_grad();
        int[] shorter = [1, 403, 407, 261, 378], longer = [1, 392, 412, 444, 394, 261, 280, 294, 322, 342, 337, 266];
        var batch = Run(model, [[.. shorter, .. new int[7]], longer], model.Transformer.Context(2, 12));
        var alone = Run(model, [shorter], model.Transformer.Context(1, 5));
        Numbers.LargestDifference(batch[0].narrow(0, 0, 5), alone[0]).ShouldBeLessThan(1e-5);
    }

    [Theory, MemberData(nameof(Families))]
    public void Masked_tokens_are_attended_by_nobody_and_move_no_position(string family)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = tiny.Load();
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var ids = TinyCheckpoint.Tokens(14, 3);
        bool[][] attended = [Attended(14, 0, 4, 5), Attended(14, 1, 2, 11), Attended(14)]; // the first token of all, too
        var batch = Run(model, [ids, ids, ids], model.Transformer.Context(3, 14, keyMask: Table(attended)));
        for (var b = 0; b < 3; b++)
            Numbers.RelativeError(batch[b], tiny.Naive.Streams(ids, attended: attended[b])[^1]).ShouldBeLessThan(1e-4, $"row {b}");
    }

    [Theory, MemberData(nameof(Families))]
    public void Leaving_masked_tokens_out_is_masking_them(string family)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = tiny.Load();
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var ids = TinyCheckpoint.Tokens(18, 4);
        var attended = Attended(18, 2, 3, 8, 9, 10, 15);
        long[] kept = [.. Enumerable.Range(0, 18).Where(t => attended[t]).Select(t => (long)t)];
        var masked = Run(model, [ids], model.Transformer.Context(1, 18, keyMask: Table(attended)));
        var shorter = Run(model, [[.. kept.Select(t => ids[t])]], model.Transformer.Context(1, kept.Length, positions: Table(kept)));
        Numbers.RelativeDifference(masked[0].index_select(0, tensor(kept, device: TinyModel.Device)), shorter[0]).ShouldBeLessThan(1e-5);
    }

    [Theory, MemberData(nameof(Families))]
    public void A_pass_may_stop_and_go_on_at_any_block(string family)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = tiny.Load();
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var ids = TinyCheckpoint.Tokens(9, 5);
        var context = model.Transformer.Context(1, 9);
        var whole = Run(model, [ids], context);
        for (var at = 0; at <= model.Config.BlockCount; at++)
        {
            var middle = model.Transformer.Run(model.Transformer.Embed(Numbers.Ids(ids)), context, 0, at);
            Numbers.LargestDifference(model.Transformer.Run(middle, context, at, model.Config.BlockCount), whole).ShouldBe(0);
        }
    }

    [Theory, MemberData(nameof(Families))]
    public void A_block_s_last_tokens_alone_are_what_they_are_among_all(string family)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = tiny.Load();
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var stream = model.Transformer.Embed(Numbers.Ids(TinyCheckpoint.Tokens(18, 2), TinyCheckpoint.Tokens(18, 3)));
        foreach (var context in (ForwardContext[])[model.Transformer.Context(2, 18),
            model.Transformer.Context(2, 18, keyMask: Table(Attended(18, 3, 9), Attended(18, 12)))])
            foreach (var start in (int[])[1, 7, 17])
                Numbers.RelativeDifference(model.Transformer.Block(1, stream, context, start),
                    model.Transformer.Block(1, stream, context).narrow(1, start, 18 - start)).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void Logits_at_chosen_positions_are_those_of_all_positions()
    {
        using var tiny = TinyCheckpoint.Qwen3();
        using var model = tiny.Load();
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var stream = Run(model, [TinyCheckpoint.Tokens(6, 1), TinyCheckpoint.Tokens(6, 2)], model.Transformer.Context(2, 6));
        long[] places = [0, 5, 7, 11];
        var all = model.Transformer.Logits(stream);
        all.shape.ShouldBe([2L, 6, 23]);
        var index = tensor(places, device: TinyModel.Device);
        Numbers.LargestDifference(model.Transformer.Logits(stream, index), all.view(12, 23).index_select(0, index)).ShouldBeLessThan(1e-6);
    }

    [Theory, MemberData(nameof(Families))]
    public void Token_by_token_with_a_cache_is_all_at_once(string family)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = tiny.Load();
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var ids = TinyCheckpoint.Tokens(16, 6); // no more than phi3 calls short
        var whole = Run(model, [ids], model.Transformer.Context(1, 16));
        using var cache = model.Transformer.Cache(1);
        var at = 0;
        foreach (var count in (int[])[5, 1, 1, 4, 1, 1, 3])
        {
            var part = Run(model, [ids[at..(at + count)]], model.Transformer.Context(1, count, cache: cache));
            Numbers.RelativeDifference(part[0], whole[0].narrow(0, at, count)).ShouldBeLessThan(1e-5, $"tokens {at} to {at + count}");
            at += count;
        }
        cache.Length.ShouldBe(16);
    }

    [Theory, MemberData(nameof(Families))]
    public void Ablations_share_the_cache_of_what_is_before_them(string family)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = tiny.Load();
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var ids = TinyCheckpoint.Tokens(15, 7);
        using var cache = model.Transformer.Cache(1);
        Run(model, [ids], model.Transformer.Context(1, 15, cache: cache));
        using var shared = cache.Rows([0, 0], 6);
        bool[][] attended = [Attended(15, 7, 8), Attended(15, 10)];
        var batch = Run(model, [ids[6..], ids[6..]], model.Transformer.Context(2, 9, keyMask: Table(attended.Select(row => row[6..]).ToArray()),
            cache: shared));
        for (var b = 0; b < 2; b++)
            Numbers.RelativeError(batch[b], tiny.Naive.Streams(ids, attended: attended[b])[^1][6..]).ShouldBeLessThan(1e-4, $"row {b}");
    }

    [Theory, MemberData(nameof(Families))]
    public void Attention_weights_at_some_queries_are_the_definition_s(string family)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = tiny.Load();
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var ids = TinyCheckpoint.Tokens(13, 8);
        var context = model.Transformer.Context(1, 13);
        long[] queries = [4, 12];
        for (var block = 0; block < model.Config.BlockCount; block++)
        {
            var stream = model.Transformer.Run(model.Transformer.Embed(Numbers.Ids(ids)), context, 0, block);
            var weights = model.Transformer.AttentionWeights(block, stream, context, tensor(queries, device: TinyModel.Device));
            weights.shape.ShouldBe([1L, 4, 2, 13]);
            var expected = tiny.Naive.AttentionWeights(block, tiny.Naive.Streams(ids)[block], queries);
            Numbers.RelativeError(weights.view(8, 13), expected).ShouldBeLessThan(1e-4, $"block {block}");
        }
    }

    [Fact]
    public void A_linear_shows_its_input_and_output_to_an_observer()
    {
        using var tiny = TinyCheckpoint.Llama();
        using var model = tiny.Load();
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var linear = model.Transformer.Linears.Single(l => l.Name == "model.layers.1.mlp.down_proj");
        var seen = 0;
        linear.Observer = (input, output) =>
        {
            seen++;
            input.shape.ShouldBe([1L, 4, 20]);
            Numbers.LargestDifference(input.matmul(linear.Weight.t()) + linear.Bias!, output).ShouldBeLessThan(1e-5);
        };
        Run(model, [TinyCheckpoint.Tokens(4, 1)], model.Transformer.Context(1, 4));
        seen.ShouldBe(1);
    }

    [Fact]
    public void A_pass_leaves_no_tensor_behind_but_its_result()
    {
        using var tiny = TinyCheckpoint.Gemma3();
        using var model = tiny.Load();
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var context = model.Transformer.Context(1, 20);
        var stream = model.Transformer.Embed(Numbers.Ids(TinyCheckpoint.Tokens(20, 1)));
        var before = scope.DisposablesCount;
        model.Transformer.Logits(model.Transformer.Run(stream, context, 0, 4));
        (scope.DisposablesCount - before).ShouldBe(2);
    }

    [Fact]
    public void A_cache_refuses_a_pass_with_a_gradient()
    {
        using var tiny = TinyCheckpoint.Llama();
        using var model = tiny.Load();
        using var scope = NewDisposeScope();
        using var cache = model.Transformer.Cache(1);
        var leaf = zeros(1, 2, 16, device: TinyModel.Device).requires_grad_(true);
        Should.Throw<InvalidOperationException>(() => model.Transformer.Block(0, leaf, model.Transformer.Context(1, 2, cache: cache)));
    }

    private static Tensor Run(CausalLanguageModel model, IReadOnlyList<int>[] rows, ForwardContext context) =>
        model.Transformer.Run(model.Transformer.Embed(Numbers.Ids(rows)), context, 0, model.Config.BlockCount);

    private static bool[] Attended(int length, params int[] ablated) => [.. Enumerable.Range(0, length).Select(t => !ablated.Contains(t))];

    private static T[,] Table<T>(params T[][] rows)
    {
        var table = new T[rows.Length, rows[0].Length];
        for (var b = 0; b < rows.Length; b++)
            for (var t = 0; t < rows[b].Length; t++)
                table[b, t] = rows[b][t];
        return table;
    }
}
