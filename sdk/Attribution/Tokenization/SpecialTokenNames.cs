namespace Attribution.Tokenization;

/// <summary>The tokens that a model folder names for a purpose; null for a purpose without one.</summary>
internal sealed record SpecialTokenNames(string? Bos, string? Eos, string? Unk, string? Pad);
