namespace Attribution.Contracts;

/// <summary>
/// The distance between two names: the least number of insertions, deletions, replacements and swaps of neighbours, ignoring case (the optimal string alignment
/// distance).
/// </summary>
internal static class EditDistance
{
    public static int Between(string x, string y)
    {
        var distance = new int[x.Length + 1, y.Length + 1];
        for (var i = 0; i <= x.Length; i++)
            distance[i, 0] = i;
        for (var j = 0; j <= y.Length; j++)
            distance[0, j] = j;
        for (var i = 1; i <= x.Length; i++)
            for (var j = 1; j <= y.Length; j++)
            {
                var replaced = distance[i - 1, j - 1] + (Same(x[i - 1], y[j - 1]) ? 0 : 1);
                distance[i, j] = Math.Min(replaced, Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1);
                if (i > 1 && j > 1 && Same(x[i - 1], y[j - 2]) && Same(x[i - 2], y[j - 1]))
                    distance[i, j] = Math.Min(distance[i, j], distance[i - 2, j - 2] + 1);
            }
        return distance[x.Length, y.Length];
    }

    private static bool Same(char x, char y) => char.ToUpperInvariant(x) == char.ToUpperInvariant(y);
}
