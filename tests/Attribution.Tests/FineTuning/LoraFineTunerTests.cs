using Attribution.Diagnostics;
using Attribution.FineTuning;
using Attribution.Models;
using Attribution.Models.Lora;
using Attribution.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.FineTuning;

public sealed class LoraFineTunerTests
{
    private static readonly FineTuningOptions Options = new() { LearningRate = 0.02, Epochs = 20, Lora = new LoraConfig { Rank = 4, Alpha = 8 } };

    [Fact]
    public void The_loss_falls_and_only_the_adapter_changes()
    {
        using var model = TinyModel.Create();
        // A random head of this size gives logits below 0.4, whatever the stream: too small to learn anything with.
        using (no_grad())
            model.Transformer.Weights["lm_head.weight"].mul_(20);
        var before = Bytes(model.Transformer.Weights.Values);
        var rows = TinyModel.Conversations(8);
        var curve = new List<TrainingStep>();
        using var adapter = new LoraFineTuner(Options with { Epochs = 60 }).Train(model, rows, curve.Add);

        curve.Count.ShouldBe(2 * 60);
        curve[^1].Loss.ShouldBeLessThan(curve[0].Loss / 2);
        curve[^1].Epoch.ShouldBe(60);
        model.Transformer.Weights.Values.ShouldAllBe(w => !w.requires_grad);
        Bytes(model.Transformer.Weights.Values).ShouldBe(before);
        adapter.Training.ShouldBeFalse();
    }

    [Fact]
    public void A_batch_larger_than_all_rows_is_a_step_with_all_of_them()
    {
        using var model = TinyModel.Create();
        var curve = new List<TrainingStep>();
        using var adapter = new LoraFineTuner(Options with { Epochs = 2, BatchSize = int.MaxValue }).Train(model, TinyModel.Conversations(3), curve.Add);
        curve.Select(step => step.Epoch).ShouldBe([1, 2]);
    }

    [Fact]
    public void An_adapter_that_its_last_step_broke_is_an_error_where_it_is_evaluated()
    {
        using var model = TinyModel.Create();
        var rows = TinyModel.Conversations(2);
        using var adapter = new LoraFineTuner(Options with { Epochs = 1, BatchSize = 8, LearningRate = 1e30 }).Train(model, rows);
        var error = Should.Throw<AttributionException>(() => new Attribution.Evaluation.CrossEntropyEvaluator(model.Transformer).Losses(rows));
        (error.Code, error.Property).ShouldBe((ErrorCodes.LossNotFinite, "LearningRate"));
    }

    [Fact]
    public void The_learning_rate_falls_linearly_to_zero_after_the_last_step()
    {
        using var model = TinyModel.Create();
        var curve = new List<TrainingStep>();
        using var adapter = new LoraFineTuner(Options with { Epochs = 2 }).Train(model, TinyModel.Conversations(10), curve.Add);
        curve.Count.ShouldBe(6);
        for (var i = 0; i < 6; i++)
            curve[i].LearningRate.ShouldBe(0.02 * (6 - i) / 6, 1e-12);
    }

    [Fact]
    public void The_gradient_is_that_of_the_mean_of_the_rows_own_means()
    {
        using var model = TinyModel.Create();
        var rows = TinyModel.Conversations(3);
        var curve = new List<TrainingStep>();
        // With a learning rate of almost nothing the adapter is still the first one afterwards: B is zero, A is drawn.
        using var adapter = new LoraFineTuner(Options with { Epochs = 1, LearningRate = 1e-12, WeightDecay = 0 }).Train(model, rows, curve.Add);

        using var scope = NewDisposeScope();
        var loss = stack(rows.Select(row =>
        {
            // All logits of the whole row, one row at a time.
            var context = model.Transformer.Context(1, row.Length);
            var stream = model.Transformer.Run(model.Transformer.Embed(Numbers.Ids(row.Ids)), context, 0, 3);
            var logs = model.Transformer.Logits(stream)[0].log_softmax(-1);
            var losses = Enumerable.Range(1, row.Length - 1).Where(t => row.Keep[t]).Select(t => -logs[t - 1, row.Ids[t]]).ToArray();
            return stack(losses).mean();
        })).mean();
        loss.ToDouble().ShouldBe(curve[0].Loss, 1e-5);
        var parameters = adapter.Parameters.ToArray();
        var gradients = autograd.grad([loss], [.. parameters]);
        Math.Sqrt(gradients.Sum(g => g.square().sum().ToDouble())).ShouldBe(curve[0].GradientNorm, 1e-5);
    }

    [Fact]
    public void Two_runs_give_the_same_bytes_and_another_seed_others()
    {
        float[] Train(long seed)
        {
            using var model = TinyModel.Create();
            using var adapter = new LoraFineTuner(Options with { Epochs = 2, Seed = seed }).Train(model, TinyModel.Conversations(6));
            return Bytes(adapter.Parameters);
        }
        Train(1).ShouldBe(Train(1));
        Train(1).ShouldNotBe(Train(2));
    }

    [Fact]
    public void Every_row_is_visited_once_an_epoch_in_another_order_each_time()
    {
        int[] rows = [.. Enumerable.Range(10, 50)];
        var first = RowOrder.Of(rows, seed: 3, epoch: 0);
        first.Order().ShouldBe(rows);
        first.ShouldNotBe(rows);
        RowOrder.Of(rows, 3, 1).ShouldNotBe(first);
        RowOrder.Of(rows, 3, 0).ShouldBe(first);
    }

    [Fact]
    public void The_saved_adapter_is_the_trained_one()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Create();
        using (var adapter = new LoraFineTuner(Options with { Epochs = 2 }).Train(model, TinyModel.Conversations(6)))
            adapter.Save(folder.Path);
        var rows = TinyModel.Conversations(2, seed: 5);
        var plain = new Attribution.Evaluation.CrossEntropyEvaluator(model.Transformer).Losses(rows);
        using var loaded = LoraAdapter.Load(model, folder.Path);
        new Attribution.Evaluation.CrossEntropyEvaluator(model.Transformer).Losses(rows).ShouldNotBe(plain);
    }

    [Fact]
    public void What_cannot_be_trained_is_said()
    {
        using var model = TinyModel.Create();
        var rows = TinyModel.Conversations(2);
        TokenSequence[] cut = [new([3, 4], [false, false])];
        Should.Throw<AttributionException>(() => new LoraFineTuner(Options).Train(model, cut)).Code.ShouldBe(ErrorCodes.NothingToTrain);
        Should.Throw<AttributionException>(() => new LoraFineTuner(Options with { Epochs = 0 }).Train(model, rows)).Property.ShouldBe("Epochs");
        Should.Throw<AttributionException>(() => new LoraFineTuner(Options with { LearningRate = double.NaN }).Train(model,
            rows)).Property.ShouldBe("LearningRate");
        var diverged = Should.Throw<AttributionException>(() => new LoraFineTuner(Options with { LearningRate = 1e30 }).Train(model, rows));
        diverged.Code.ShouldBe(ErrorCodes.LossNotFinite);
        diverged.Message.ShouldContain("step 2");
        model.Adapter.ShouldBeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_gradient_leaves_no_tensor_that_nobody_holds(bool byGraph)
    {
        using var model = TinyModel.Create();
        using var adapter = LoraAdapter.Attach(model, Options.Lora, seed: 1);
        // Without a scope of the caller's: a tensor outside of all scopes is freed by the garbage collector, which does not see that libtorch reads it.
        var before = DisposeScopeManager.Statistics.TensorStatistics.CreatedOutsideScopeCount;
        LoraFineTuner.Backward(adapter, TinyModel.Conversations(3), byGraph);
        (DisposeScopeManager.Statistics.TensorStatistics.CreatedOutsideScopeCount - before).ShouldBe(0);
    }

    [Theory]
    [InlineData("lm_head")]
    [InlineData("q_proj,lm_head")]
    public void An_adapter_of_the_head_is_trained_on_the_mean_loss_and_counts_in_losses(string targets)
    {
        using var scope = NewDisposeScope();
        using var tiny = TinyCheckpoint.Llama();
        using var model = tiny.Load();
        var ids = TinyCheckpoint.Tokens(9, 1);
        var row = new TokenSequence(ids, [.. ids.Select((_, t) => t > 3)]);
        var evaluator = new Attribution.Evaluation.CrossEntropyEvaluator(model.Transformer);
        var plain = evaluator.Losses([row])[0];
        using var adapter = LoraAdapter.Attach(model, new LoraConfig { Rank = 2, Alpha = 4, TargetModules = targets.Split(',') }, seed: 1);

        // The mean over equal rows is each row's own.
        var one = Gradients([row]);
        one.ShouldAllBe(gradient => gradient.B.Any(x => x != 0));
        foreach (var (a, b) in one.Zip(Gradients([row, row, row, row])))
            a.B.Zip(b.B, (x, y) => Math.Abs(x - y)).Max().ShouldBeLessThan(1e-4f * a.B.Max(Math.Abs), a.Name);

        using (no_grad())
            foreach (var weights in adapter.Weights)
                weights.B.copy_(one.Single(gradient => gradient.Name == weights.Linear.Name).Tensor.mul(tensor(-0.1f)));
        var adapted = evaluator.Losses([row])[0];
        adapted.ShouldBeLessThan(plain);
        adapter.Fold();
        evaluator.Losses([row])[0].ShouldBe(adapted, 1e-4);

        (string Name, Tensor Tensor, float[] B)[] Gradients(TokenSequence[] rows)
        {
            LoraFineTuner.Backward(adapter, rows);
            (string, Tensor, float[])[] found = [.. adapter.Weights.Select(weights => (weights.Linear.Name, weights.B.grad!, Bytes([weights.B.grad!])))];
            foreach (var parameter in adapter.Parameters)
                parameter.grad = null;
            return found;
        }
    }

    private static float[] Bytes(IEnumerable<Tensor> tensors)
    {
        using var scope = NewDisposeScope();
        return [.. tensors.SelectMany(t => t.detach().cpu().data<float>().ToArray())];
    }
}
