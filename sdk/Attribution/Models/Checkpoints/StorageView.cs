using Attribution.Models.Safetensors;

namespace Attribution.Models.Checkpoints;

/// <summary>A storage as elements of one type.</summary>
internal sealed record StorageView(SafetensorsDType DType, byte[] Bytes);
