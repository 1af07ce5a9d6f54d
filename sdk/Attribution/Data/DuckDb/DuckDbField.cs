namespace Attribution.Data.DuckDb;

/// <summary>A named column or struct field.</summary>
public sealed record DuckDbField(string Name, DuckDbType Type);
