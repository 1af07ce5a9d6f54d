namespace Attribution.Models.Checkpoints;

/// <summary>A dtype of PyTorch as a value, such as <c>torch.float32</c>.</summary>
/// <param name="Name">Its name with the module's.</param>
public sealed record CheckpointType(string Name);
