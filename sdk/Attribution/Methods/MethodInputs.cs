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

    /// <summary>
    /// The projected gradients of the losses with respect to the model's matrices: a whole forward and backward pass of each conversation read. A
    /// method that reads these has one vector of the whole model, <see cref="VectorKey.WholeModel"/>, and reads no block's streams.
    /// </summary>
    WeightGradient = 8,

    /// <summary>
    /// The streams are those of the model's last block, whichever block is asked for. A method that reads these has one vector of the whole model,
    /// <see cref="VectorKey.WholeModel"/>.
    /// </summary>
    LastBlock = 16,
}
