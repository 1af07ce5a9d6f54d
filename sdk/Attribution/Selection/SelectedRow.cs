using Attribution.Data;

namespace Attribution.Selection;

/// <summary>A training row that was selected.</summary>
/// <param name="Rank">Its place in the selection, from 1.</param>
/// <param name="Index">The row's 0-based place in its dataset.</param>
/// <param name="Score">Its score.</param>
/// <param name="Treatment">What to train on.</param>
public sealed record SelectedRow(int Rank, long Index, float Score, Conversation Treatment);
