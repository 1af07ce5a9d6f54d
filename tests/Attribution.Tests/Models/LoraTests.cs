using System.Text.Json.Nodes;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Lora;
using Attribution.Models.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Models;

public sealed partial class LoraTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lora-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("llama3", "q_proj,k_proj,v_proj,up_proj,down_proj,gate_proj", 18)]
    [InlineData("phi3", "qkv_proj,gate_up_proj,model.layers.1.mlp.down_proj", 7)]
    [InlineData("gemma3", "o_proj,model.layers.2.self_attn.q_proj", 5)]
    [InlineData("qwen3", "lm_head", 1)]
    public void A_loaded_adapter_gives_the_saved_model_s_logits_exactly_and_a_merged_one_nearly(string family, string targets, int matrices)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = tiny.Load();
        var plain = Logits(model);
        using var adapter = LoraAdapter.Attach(model, Config(targets), seed: 3);
        adapter.Weights.Count.ShouldBe(matrices);
        Logits(model).ShouldBe(plain, "B is zero at first");
        Randomise(adapter);
        var adapted = Logits(model);
        Distance(adapted, plain).ShouldBeGreaterThan(1e-2);
        adapter.Save(_folder);

        using var again = tiny.Load();
        using var loaded = LoraAdapter.Load(again, _folder);
        Logits(again).ShouldBe(adapted);
        loaded.Merge();
        again.Adapter.ShouldBeNull();
        Distance(Logits(again), adapted).ShouldBeLessThan(1e-5);

        // A merged model is an ordinary one.
        again.Save(Path.Combine(_folder, "merged"));
        using var merged = CausalLanguageModel.Load(Path.Combine(_folder, "merged"), TinyModel.Device);
        Logits(merged).ShouldBe(Logits(again));

        adapter.Dispose();
        Logits(model).ShouldBe(plain, "a detached adapter leaves no trace");
    }

    [Fact]
    public void The_adapter_adds_scale_times_B_A_x()
    {
        using var tiny = TinyCheckpoint.Llama();
        using var model = tiny.Load();
        using var adapter = LoraAdapter.Attach(model, Config("v_proj", rank: 3, alpha: 12), 1);
        Randomise(adapter);
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var weights = adapter.Weights[1];
        weights.A.shape.ShouldBe([3L, 16]);
        weights.B.shape.ShouldBe([12L, 3]);
        using var generator = new Generator(1);
        var x = randn([2, 5, 16], generator: generator).to(TinyModel.Device);
        var expected = nn.functional.linear(x, weights.Linear.Weight, weights.Linear.Bias) + (x.matmul(weights.A.t()).matmul(weights.B.t()) * 4);
        Numbers.LargestDifference(weights.Linear.Forward(x), expected).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void Adapters_that_read_the_same_input_share_its_float32_copy()
    {
        using var tiny = TinyCheckpoint.Llama();
        using var model = CausalLanguageModel.Load(tiny.Folder, TinyModel.Device, bfloat16);
        using var adapter = LoraAdapter.Attach(model, Config("q_proj,k_proj"), 1);
        using var generator = new Generator(1);
        using var x = randn([2, 5, 16], generator: generator).to(bfloat16, TinyModel.Device);
        using (NewDisposeScope())
        {
            var wide = adapter.Wide(x);
            wide.dtype.ShouldBe(float32);
            adapter.Wide(x).ShouldBeSameAs(wide);
            using var other = x.alias();
            adapter.Wide(other).ShouldNotBeSameAs(wide);
        }
        // Without a graph a copy is made first, and then one that gives the input its gradient.
        using (NewDisposeScope())
        {
            var leaf = x.detach().requires_grad_();
            using (no_grad())
                adapter.Wide(leaf).requires_grad.ShouldBeFalse();
            adapter.Wide(leaf).sum().backward();
            Numbers.LargestDifference(leaf.grad!, ones_like(leaf)).ShouldBe(0);
        }
        // A copy that is gone is made again.
        using var scope = NewDisposeScope();
        Numbers.LargestDifference(adapter.Wide(x), x.to(float32)).ShouldBe(0);
        adapter.Wide(adapter.Wide(x)).ShouldBeSameAs(adapter.Wide(x), "float32 needs none");
    }

    [Fact]
    public void Only_the_adapter_trains()
    {
        using var tiny = TinyCheckpoint.Qwen2();
        using var model = tiny.Load();
        using var adapter = LoraAdapter.Attach(model, Config("q_proj,down_proj"), 1);
        using var scope = NewDisposeScope();
        var ids = TinyCheckpoint.Tokens(8, 1);
        var optimizer = optim.AdamW(adapter.Parameters, lr: 0.05);
        var weights = model.Transformer.Weights.Values.Select(Numbers.ToArray).ToArray();
        var losses = new List<float>();
        for (var step = 0; step < 10; step++)
        {
            optimizer.zero_grad();
            var stream = model.Transformer.Run(model.Transformer.Embed(Numbers.Ids(ids)), model.Transformer.Context(1, 8), 0, 3);
            var loss = nn.functional.cross_entropy(model.Transformer.Logits(stream, arange(7, dtype: int64, device: TinyModel.Device)),
                tensor(ids.Skip(1).Select(id => (long)id).ToArray(), device: TinyModel.Device));
            loss.backward();
            optimizer.step();
            losses.Add(loss.item<float>());
        }
        losses[^1].ShouldBeLessThan(losses[0] / 2);
        model.Transformer.Weights.Values.Any(weight => weight.requires_grad || weight.grad is not null).ShouldBeFalse();
        model.Transformer.Weights.Values.Select(Numbers.ToArray).ShouldBe(weights);
    }

    [Fact]
    public void Fresh_adapters_depend_on_seed_and_name_only()
    {
        using var tiny = TinyCheckpoint.Llama();
        Initial("q_proj", 5).ShouldBe(Initial("k_proj,q_proj", 5));
        Initial("q_proj", 5).ShouldNotBe(Initial("q_proj", 6));
        Initial("q_proj", 5).Max(Math.Abs).ShouldBeInRange(0.2f, 0.25f); // uniform in ±1/sqrt(16)

        float[] Initial(string targets, long seed)
        {
            using var model = tiny.Load();
            using var adapter = LoraAdapter.Attach(model, Config(targets), seed);
            return Numbers.ToArray(adapter.Weights.Single(w => w.Linear.Name == "model.layers.1.self_attn.q_proj").A);
        }
    }

    [Fact]
    public void Dropout_is_on_while_training_and_keeps_the_mean()
    {
        using var tiny = TinyCheckpoint.Llama();
        using var model = tiny.Load();
        using var adapter = LoraAdapter.Attach(model, Config("q_proj") with { Dropout = 0.5 }, 1);
        Randomise(adapter);
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var linear = adapter.Weights[0].Linear;
        var x = ones(20000, 16, device: TinyModel.Device);
        var without = linear.Forward(x);
        adapter.Training = true;
        manual_seed(1);
        var with = linear.Forward(x);
        Numbers.LargestDifference(with[0], with[1]).ShouldBeGreaterThan(0);
        Numbers.LargestDifference(with.mean([0]), without[0]).ShouldBeLessThan(0.1);
    }

    [Fact]
    public void An_adapter_on_bfloat16_is_float32_and_reloads_exactly()
    {
        using var tiny = TinyCheckpoint.Llama();
        using var model = CausalLanguageModel.Load(tiny.Folder, TinyModel.Device, bfloat16);
        using var adapter = LoraAdapter.Attach(model, Config("q_proj"), 1);
        Randomise(adapter);
        adapter.Weights[0].A.dtype.ShouldBe(float32);
        adapter.Save(_folder);
        using var again = CausalLanguageModel.Load(tiny.Folder, TinyModel.Device, bfloat16);
        using var loaded = LoraAdapter.Load(again, _folder);
        Logits(again).ShouldBe(Logits(model));
    }

    [Fact]
    public void Targets_that_name_nothing_bad_ranks_and_second_adapters_are_refused()
    {
        using var tiny = TinyCheckpoint.Phi3();
        using var model = tiny.Load();
        Should.Throw<AttributionException>(() => LoraAdapter.Attach(model, Config("q_proj"), 1)).Message.ShouldContain("qkv_proj");
        Should.Throw<AttributionException>(() => LoraAdapter.Attach(model, Config("proj"), 1)).Code.ShouldBe(ErrorCodes.AdapterInvalid);
        Should.Throw<AttributionException>(() => LoraAdapter.Attach(model, Config("qkv_proj", rank: 0), 1)).Code.ShouldBe(ErrorCodes.AdapterInvalid);
        Should.Throw<AttributionException>(() => LoraAdapter.Attach(model, Config("qkv_proj") with { Dropout = 1 }, 1)).Property.ShouldBe("LoraDropout");
        using var adapter = LoraAdapter.Attach(model, Config("qkv_proj"), 1);
        Should.Throw<InvalidOperationException>(() => LoraAdapter.Attach(model, Config("down_proj"), 1));
        Should.Throw<InvalidOperationException>(() => model.Save(_folder));
    }

    private AttributionException LoadError(Action<JsonObject>? edit = null, Func<IEnumerable<SafetensorsSource>,
        IEnumerable<SafetensorsSource>>? tensors = null, TinyCheckpoint? other = null)
    {
        using (var tiny = TinyCheckpoint.Llama())
        using (var model = tiny.Load())
        using (var adapter = LoraAdapter.Attach(model, Config("q_proj", rank: 2), 1))
        {
            adapter.Save(_folder);
            if (tensors is not null)
                SafetensorsWriter.Write(Path.Combine(_folder, "adapter_model.safetensors"), tensors(adapter.Weights.SelectMany(w => new[]
                {
                    TinyCheckpoint.Source($"base_model.model.{w.Linear.Name}.lora_A.weight", [.. Numbers.ToArray(w.A).Select(x => (double)x)], w.A.shape),
                    TinyCheckpoint.Source($"base_model.model.{w.Linear.Name}.lora_B.weight", [.. Numbers.ToArray(w.B).Select(x => (double)x)], w.B.shape),
                }).ToArray()));
        }
        if (edit is not null)
            Edit(edit);
        return Should.Throw<AttributionException>(() => Load(other ?? TinyCheckpoint.Llama()));
    }

    private void Load(TinyCheckpoint onto)
    {
        using (onto)
        using (var model = onto.Load())
            LoraAdapter.Load(model, _folder).Dispose();
    }

    private void Edit(Action<JsonObject> edit)
    {
        var path = Path.Combine(_folder, "adapter_config.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        edit(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    private static LoraConfig Config(string targets, int rank = 4, double alpha = 8) =>
        new() { Rank = rank, Alpha = alpha, TargetModules = targets.Split(',') };

    private static void Randomise(LoraAdapter adapter)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var generator = new Generator(7);
        foreach (var weights in adapter.Weights)
            weights.B.copy_(randn(weights.B.shape, generator: generator) * 0.3);
    }

    private static float[] Logits(CausalLanguageModel model)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var stream = model.Transformer.Run(model.Transformer.Embed(Numbers.Ids(TinyCheckpoint.Tokens(9, 3))), model.Transformer.Context(1, 9), 0,
            model.Config.BlockCount);
        return Numbers.ToArray(model.Transformer.Logits(stream));
    }

    private static double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => (double)(x - y) * (x - y)).Sum() / b.Sum(y => (double)y * y));
}
