namespace Attribution.Methods;

/// <summary>What a method reads of an example.</summary>
[Flags]
public enum MethodInputs
{
    /// <summary>The streams of the treatment: a forward pass of it up to the block.</summary>
    Treatment = 1,

    /// <summary>The streams of the control: a forward pass of it up to the block.</summary>
    Control = 2,

    /// <summary>The gradients of the losses: for each conversation read, the rest of the forward pass and a backward pass.</summary>
    Gradient = 4,
}
