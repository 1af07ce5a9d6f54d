namespace Attribution.Data.Store;

/// <summary>Something that the store did on its own and a person should hear of.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="Code">The diagnostic code if it is a warning, else null.</param>
/// <param name="Message">What happened, in a sentence.</param>
public sealed record StoreEvent(StoreEventKind Kind, string? Code, string Message);
