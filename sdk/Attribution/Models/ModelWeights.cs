using Attribution.Tensors;
using static TorchSharp.torch;

namespace Attribution.Models;

/// <summary>The weights of a model. Reads them by their checkpoint names while the model is assembled, and owns them.</summary>
/// <param name="config">The architecture.</param>
/// <param name="dtype">The dtype of weights and streams.</param>
/// <param name="read">Returns the tensor with a checkpoint name, in the given shape.</param>
internal sealed class ModelWeights(ModelConfig config, ScalarType dtype, Func<string, long[], Tensor> read) : IDisposable
{
    private readonly Dictionary<string, Tensor> _weights = [];
    private readonly List<Tensor> _derived = [];
    private readonly List<Linear> _linears = [];

    /// <summary>The weights as they were read.</summary>
    public IReadOnlyDictionary<string, Tensor> ByName => _weights;

    /// <summary>Every matrix, in the order in which they were read.</summary>
    public IReadOnlyList<Linear> Linears => _linears;

    /// <summary>A weight.</summary>
    public Tensor Read(string name, params long[] shape) => _weights[name] = read(name, shape);

    /// <summary>The weight of a norm as the factor that the norm multiplies by: for Gemma 1 + weight, in float32.</summary>
    public Tensor Norm(string name, long size)
    {
        var weight = Read(name, size);
        return config.UnitOffsetNorm ? Own(weight.to(float32).Plus(1)) : config.WideNorm && dtype != float32 ? Own(weight.to(float32)) : weight;
    }

    /// <summary>A matrix, [output, input], with its bias if it has one, [output].</summary>
    public Linear Linear(string name, long output, long input, bool bias)
    {
        var linear = new Linear(name, Read($"{name}.weight", output, input), bias ? Read($"{name}.bias", output) : null);
        _linears.Add(linear);
        return linear;
    }

    /// <summary>Takes ownership of a tensor that was computed from weights.</summary>
    public Tensor Own(Tensor tensor)
    {
        _derived.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    /// <summary>Replaces a matrix's weight by another, and owns it.</summary>
    public void Replace(Linear linear, Tensor weight)
    {
        linear.Weight.Dispose();
        linear.Weight = _weights[$"{linear.Name}.weight"] = weight;
    }

    public void Dispose()
    {
        foreach (var tensor in _weights.Values.Concat(_derived))
            tensor.Dispose();
    }
}
