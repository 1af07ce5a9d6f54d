namespace Attribution.Torch.Provisioning;

/// <summary>One thread setting as measured.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Milliseconds">The time of one pass of <see cref="ThreadWorkload"/>; null where it could not be measured.</param>
public sealed record ThreadMeasurement(ThreadSetting Setting, double? Milliseconds);
