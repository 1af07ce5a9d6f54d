using Attribution.Diagnostics;
using Attribution.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Attribution.Models.Lora;

/// <summary>
/// A low-rank adapter on some matrices of a model. While it is attached, the model's passes include it, and only its parameters require a gradient. At most one
/// is attached at a time.
/// </summary>
public sealed class LoraAdapter : IDisposable
{
    /// <summary>The greatest number of elements that <see cref="Fold"/> makes a second copy of.</summary>
    private const long MostFolded = 1L << 28;

    private readonly List<LoraWeights> _weights = [];
    private readonly List<(Linear Linear, Tensor Base)> _folded = [];

    private Widened? _widened;

    private LoraAdapter(CausalLanguageModel model, LoraConfig config) => (Model, Config) = (model, config);

    /// <summary>The model that it is attached to.</summary>
    public CausalLanguageModel Model { get; }

    /// <summary>The adapter's shape and scale.</summary>
    public LoraConfig Config { get; }

    /// <summary>The factor of the product of B and A.</summary>
    internal Scalar Scale => Scalars.Of(Config.Scale);

    /// <summary>Whether dropout is on; initially off.</summary>
    public bool Training { get; set; }

    /// <summary>The adapted matrices, in the model's order.</summary>
    public IReadOnlyList<LoraWeights> Weights => _weights;

    /// <summary>The parameters that an optimizer trains: A and B of every adapted matrix.</summary>
    public IEnumerable<Parameter> Parameters => _weights.SelectMany(w => new[] { w.A, w.B });

    /// <summary>
    /// Attaches a new adapter that does not change the model yet: B is zero, and A is uniform in ±1/sqrt(in) (Kaiming initialization with a = sqrt(5)), drawn
    /// from the seed and the matrix's name.
    /// </summary>
    /// <exception cref="AttributionException">A target matches no matrix of the model, or the model already has an adapter.</exception>
    public static LoraAdapter Attach(CausalLanguageModel model, LoraConfig config, long seed)
    {
        config.Check();
        return Attach(model, config, Targets(model, config, file: null), linear =>
        {
            var (output, input) = (linear.Weight.shape[0], linear.Weight.shape[1]);
            var random = SeededRandom.Named(seed, linear.Name);
            var a = new float[config.Rank * input];
            for (var i = 0; i < a.Length; i++)
                a[i] = (float)(((2 * random.NextDouble()) - 1) / Math.Sqrt(input));
            return (tensor(a, [config.Rank, input]), zeros(output, config.Rank));
        });
    }

    /// <summary>Attaches an adapter that PEFT, or <see cref="Save"/>, wrote.</summary>
    /// <exception cref="AttributionException">The folder's files are missing or malformed, use options that are not implemented, or do not fit the
    /// model.</exception>
    public static LoraAdapter Load(CausalLanguageModel model, string folder)
    {
        var files = LoraFiles.Read(folder, model);
        using var tensors = files.Tensors;
        return Attach(model, files.Config, files.Modules, linear => (files.Tensor(linear.Name, 'A'), files.Tensor(linear.Name, 'B')));
    }

    /// <summary>Writes <c>adapter_config.json</c> and <c>adapter_model.safetensors</c> as PEFT reads them.</summary>
    /// <param name="folder">The folder to write to; created if missing.</param>
    /// <param name="baseModel">The name of the base model as PEFT is to resolve it: a Hugging Face id, or a path relative to the folder in which PEFT's process
    /// runs. Unless given, the name of the model's folder, which PEFT finds if it runs in the parent folder.</param>
    public void Save(string folder, string? baseModel = null) =>
        LoraFiles.Write(folder, this, baseModel ?? (Model.Folder is { } its ? Path.GetFileName(Path.TrimEndingDirectorySeparator(its)) : null));

    /// <summary>Adds the adapter to the model's own weights and detaches it, which leaves an ordinary model.</summary>
    public void Merge()
    {
        Unfold();
        foreach (var weights in _weights)
            Model.Transformer.Replace(weights.Linear, weights.Merged());
        Dispose();
    }

    /// <summary>
    /// Replaces the model's matrices by W + (alpha / r) B A until the adapter is disposed: the same result up to rounding, at the cost of the base model alone.
    /// For evaluation; nothing can be trained meanwhile. Does nothing if this would round the adapter (weights with less precision than float32) or need more
    /// than a gigabyte.
    /// </summary>
    public void Fold()
    {
        if (_folded.Count > 0 || Model.Transformer.DType != float32 || _weights.Sum(w => w.Linear.Weight.NumberOfElements) > MostFolded)
            return;
        foreach (var weights in _weights)
        {
            _folded.Add((weights.Linear, weights.Linear.Weight));
            weights.Linear.Weight = weights.Merged();
            weights.Linear.Adapter = null;
        }
    }

    /// <summary>Detaches the adapter, which restores the model.</summary>
    public void Dispose()
    {
        Unfold();
        foreach (var weights in _weights)
        {
            weights.Linear.Adapter = null;
            weights.A.Dispose();
            weights.B.Dispose();
        }
        _weights.Clear();
        if (Model.Adapter == this)
            Model.Adapter = null;
    }

    /// <summary>
    /// An input in float32, converted once for all adapted matrices that read the same one (queries, keys and values; gate and up). It must not change between
    /// them.
    /// </summary>
    internal Tensor Wide(Tensor input)
    {
        if (input.dtype == float32)
            return input;
        var known = _widened;
        // A copy that was made without a graph has no gradient to give.
        if (known is null || !ReferenceEquals(known.Input, input) || known.Wide.IsInvalid
            || (input.requires_grad && is_grad_enabled() && !known.Wide.requires_grad))
            _widened = known = new(input, input.to(float32));
        return known.Wide;
    }

    private void Unfold()
    {
        foreach (var (linear, weight) in _folded)
        {
            linear.Weight.Dispose();
            linear.Weight = weight;
            linear.Adapter = _weights.Single(w => w.Linear == linear);
        }
        _folded.Clear();
    }

    /// <summary>The matrices that the configuration's targets match; each target must match at least one.</summary>
    internal static IReadOnlyList<Linear> Targets(CausalLanguageModel model, LoraConfig config, string? file)
    {
        foreach (var target in config.TargetModules)
            if (!model.Transformer.Linears.Any(linear => config.Targets(linear.Name, target)))
                throw new AttributionException(ErrorCodes.AdapterInvalid,
                    $"The target '{target}' names no matrix of this {model.Config.ModelType} model; it has "
                        + $"{string.Join(", ", model.Transformer.Linears.Select(l => l.Name.Split('.')[^1]).Distinct())}.")
                { File = file, Property = "target_modules" };
        return [.. model.Transformer.Linears.Where(linear => config.TargetModules.Any(target => config.Targets(linear.Name, target)))];
    }

    private static LoraAdapter Attach(CausalLanguageModel model, LoraConfig config, IReadOnlyList<Linear> targets, Func<Linear, (Tensor A, Tensor B)> initial)
    {
        if (model.Adapter is not null)
            throw new InvalidOperationException("the model has an adapter already: merge or dispose it first");
        var adapter = new LoraAdapter(model, config);
        foreach (var linear in targets)
        {
            using var scope = NewDisposeScope();
            var (a, b) = initial(linear);
            var weights = new LoraWeights(adapter, linear, Trainable(a), Trainable(b));
            adapter._weights.Add(weights);
            linear.Adapter = weights;
        }
        return model.Adapter = adapter;

        Parameter Trainable(Tensor value)
        {
            var parameter = new Parameter(value.to(float32, model.Transformer.Device, copy: true));
            parameter.DetachFromDisposeScope();
            return parameter;
        }
    }

    // One object, so that two threads that use the model at once never see half of it.
    private sealed record Widened(Tensor Input, Tensor Wide);
}
