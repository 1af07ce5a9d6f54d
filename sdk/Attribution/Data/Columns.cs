namespace Attribution.Data;

/// <summary>The names of the columns that mean something to us.</summary>
internal static class Columns
{
    public const string Treatment = "treatment";
    public const string Control = "control";

    public static string Messages(string side) => $"{side}_messages";

    public static string Tokens(string side) => $"{side}_tokens";

    public static string Keep(string side) => $"{side}_keep";

    /// <summary>All of them; a file's other columns are metadata.</summary>
    public static IReadOnlySet<string> Conversations { get; } = new[] { Treatment, Control }
        .SelectMany(side => new[] { Messages(side), Tokens(side), Keep(side) })
        .ToHashSet(StringComparer.Ordinal);
}
