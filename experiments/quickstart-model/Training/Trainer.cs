using Attribution.Models;
using QuickstartModel.Tokenizer;
using TorchSharp.Modules;
using static TorchSharp.torch;
using AdamW = Attribution.Tensors.AdamW;
using Transformer = Attribution.Models.Transformer;

namespace QuickstartModel.Training;

/// <summary>
/// Trains the tiny model from random weights on next-token prediction: AdamW, a short warm-up, cosine decay to a tenth, gradients clipped to
/// norm 1. What users say counts for little of what is answered, for nobody will ask this model to say it.
/// Everything is drawn from the seed, so on one machine a second run gives the same bytes.
/// </summary>
internal sealed class Trainer(CausalLanguageModel model, ulong seed)
{
    /// <summary>The steps that the quickstart's model was trained for.</summary>
    public const int Steps = 1200;

    /// <summary>The steps that the context model was trained for.</summary>
    public const int ContextSteps = 1600;

    /// <summary>The <see cref="TokensPerStep"/> of the context model.</summary>
    public const int ContextTokensPerStep = 2048;

    /// <summary>The <see cref="PeakRate"/> of the context model.</summary>
    public const double ContextPeakRate = 2e-3;

    /// <summary>The <see cref="PromptWeight"/> of the context model: what it is told was drawn at random, and little of it can be learned.</summary>
    public const double ContextPromptWeight = 0.1;

    /// <summary>About how many tokens a step has.</summary>
    public int TokensPerStep { get; init; } = 4096;

    /// <summary>The highest learning rate.</summary>
    public double PeakRate { get; init; } = 4e-3;

    /// <summary>The weight of a token that a user says; of those that the assistant says, it is 1.</summary>
    public double PromptWeight { get; init; } = 0.2;

    private const int WarmUp = 60, StepsPerReport = 50;
    private static readonly int Assistant = ChatFormat.Id("<|assistant|>"), End = ChatFormat.Id(ChatFormat.End);
    private const double Decay = 0.1, Beta2 = 0.98;

    /// <summary>Trains on documents 0, 1, 2, ...</summary>
    /// <param name="document">The tokens of a document.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="report">Told the step and the mean loss since the last report, every 50 steps and at the end.</param>
    public void Train(Func<long, int[]> document, int steps, Action<int, double> report)
    {
        var parameters = new List<Parameter>();
        // The trained parameters share the memory of the model's own weights.
        using var transformer = new Transformer(model.Config, float32, CPU, (name, _) =>
        {
            var parameter = new Parameter(model.Transformer.Weights[name].detach()); // a parameter takes the tensor that it is made of
            parameter.DetachFromDisposeScope();
            parameters.Add(parameter);
            return parameter;
        });
        using var matrices = new AdamW(parameters.Where(p => p.ndim > 1), beta2: Beta2, weightDecay: Decay);
        using var norms = new AdamW(parameters.Where(p => p.ndim == 1), beta2: Beta2, weightDecay: 0);
        var (sum, count) = (0.0, 0);
        foreach (var (step, rows) in new TrainingBatches(document, seed, TokensPerStep).All().Take(steps).Index())
        {
            using var scope = NewDisposeScope();
            var loss = Loss(transformer, rows);
            matrices.ZeroGradients();
            norms.ZeroGradients();
            loss.backward();
            nn.utils.clip_grad_norm_(parameters, 1);
            matrices.Step(Rate(step, steps));
            norms.Step(Rate(step, steps));
            sum += loss.item<float>();
            count++;
            if ((step + 1) % StepsPerReport == 0 || step + 1 == steps)
            {
                report(step + 1, sum / count);
                (sum, count) = (0, 0);
            }
        }
    }

    private double Rate(int step, int steps) => step < WarmUp
        ? PeakRate * (step + 1) / WarmUp
        : PeakRate * (0.1 + 0.9 * (1 + Math.Cos(Math.PI * (step - WarmUp) / (steps - WarmUp))) / 2);

    /// <summary>The weighted mean of -log p(x[t + 1] | x[..t]); padding weighs nothing.</summary>
    private Tensor Loss(Transformer transformer, int[][] rows)
    {
        var length = rows.Max(row => row.Length) - 1;
        var (inputs, targets, weights) = (new long[rows.Length * length], new long[rows.Length * length], new float[rows.Length * length]);
        for (var b = 0; b < rows.Length; b++)
        {
            // A text without turns counts in full; in a conversation, what stands after an assistant's header, its end token included.
            var answering = !rows[b].Contains(Assistant);
            for (var t = 0; t + 1 < rows[b].Length; t++)
            {
                var at = b * length + t;
                (inputs[at], targets[at]) = (rows[b][t], rows[b][t + 1]);
                answering = rows[b][t] == Assistant || (answering && rows[b][t] != End);
                weights[at] = (float)(answering ? 1 : PromptWeight);
            }
        }
        var context = transformer.Context(rows.Length, length);
        var stream = transformer.Embed(tensor(inputs, [rows.Length, length]));
        stream = transformer.Run(stream, context, 0, transformer.Config.BlockCount);
        var losses = nn.functional.cross_entropy(transformer.Logits(stream).view(rows.Length * length, -1), tensor(targets), reduction: nn.Reduction.None);
        var weight = tensor(weights);
        return (losses * weight).sum() / weight.sum();
    }
}
