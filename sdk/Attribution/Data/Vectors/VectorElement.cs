namespace Attribution.Data.Vectors;

/// <summary>What the components of a <see cref="VectorBlock"/> are.</summary>
public enum VectorElement
{
    Float32,
    Float16,
    Int8,
}
