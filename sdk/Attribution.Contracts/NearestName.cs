namespace Attribution.Contracts;

/// <summary>Finds the known name that an unknown one was probably meant to be.</summary>
internal static class NearestName
{
    /// <summary>The known names closest to an unknown one, if they are close enough; null for a known name, or one that is far from all.</summary>
    public static string? Of(string name, IReadOnlyCollection<string> known)
    {
        if (known.Contains(name, StringComparer.OrdinalIgnoreCase))
            return null;
        var close = known.Select(k => (Name: k, Distance: EditDistance.Between(name, k))).Where(k => k.Distance <= Tolerance(name, k.Name)).ToList();
        return close.Count == 0 ? null : string.Join(" or ", close.Where(k => k.Distance == close.Min(c => c.Distance)).Select(k => k.Name));
    }

    /// <summary>A question that offers the nearest name, with a space before it; empty if none is close.</summary>
    public static string Question(string name, IReadOnlyCollection<string> known) => Of(name, known) is { } meant ? $" Did you mean {meant}?" : "";

    private static int Tolerance(string x, string y) => Math.Min(x.Length, y.Length) switch { < 4 => 0, < 6 => 1, < 9 => 2, _ => 3 };
}
