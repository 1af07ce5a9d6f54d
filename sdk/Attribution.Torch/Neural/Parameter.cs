namespace TorchSharp.Modules;

/// <summary>A tensor that training changes. Shares the memory of the tensor it is made from, and belongs to no dispose scope.</summary>
public class Parameter : torch.Tensor
{
    public Parameter(torch.Tensor data, bool requires_grad = true) : base(Leaf(data))
    {
        DetachFromDisposeScope();
        this.requires_grad = requires_grad;
    }

    private static nint Leaf(torch.Tensor data)
    {
        using var leaf = data.detach();
        return leaf.DecoupleFromNativeHandle();
    }
}
