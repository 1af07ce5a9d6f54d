namespace Attribution.Models.Checkpoints;

/// <summary>What a pickle may call.</summary>
internal enum PickleFunction
{
    /// <summary><c>(storage, offset, size, stride, requires_grad, backward_hooks[, metadata])</c>.</summary>
    RebuildTensor,

    /// <summary><c>(tensor, requires_grad, backward_hooks)</c>.</summary>
    RebuildParameter,

    /// <summary><c>()</c>, or a list of pairs.</summary>
    OrderedDictionary,

    /// <summary><c>(tuple of integers)</c>.</summary>
    Size,

    /// <summary><c>(text, 'latin1')</c>.</summary>
    Encode,

    /// <summary><c>()</c>.</summary>
    EmptyBytes,
}
