using Attribution.Models;

namespace Attribution.FineTuning;

/// <summary>The order in which an epoch visits its rows: a shuffle (Fisher and Yates) that is the same on every machine.</summary>
internal static class RowOrder
{
    internal static int[] Of(IReadOnlyList<int> rows, long seed, int epoch)
    {
        var random = SeededRandom.Named(seed, $"epoch {epoch}");
        int[] order = [.. rows];
        for (var i = order.Length - 1; i > 0; i--)
        {
            var j = (int)(random.NextDouble() * (i + 1));
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
