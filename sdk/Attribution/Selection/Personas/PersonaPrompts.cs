using System.Reflection;
using Attribution.Diagnostics;

namespace Attribution.Selection.Personas;

/// <summary>
/// The two system prompts that make a model show or avoid a trait. They are plain text files, <c>{trait}.positive.txt</c> and <c>{trait}.negative.txt</c>. The
/// prompts of five traits are built in (this folder's <c>Prompts</c>), and can be copied and changed.
/// </summary>
/// <param name="Trait">The trait's name.</param>
/// <param name="Positive">Asks for the behaviour.</param>
/// <param name="Negative">Asks for its absence.</param>
public sealed record PersonaPrompts(string Trait, string Positive, string Negative)
{
    private const string ResourceFolder = "Personas/";

    /// <summary>The traits with built-in prompts.</summary>
    public static IReadOnlyList<string> Traits { get; } = ["empathy", "laziness", "modesty", "preachiness", "sycophancy"];

    /// <summary>The prompts of a trait.</summary>
    /// <param name="trait">The trait.</param>
    /// <param name="folder">A folder whose files take precedence over the built-in ones; null to use only those.</param>
    /// <exception cref="AttributionException">ATTR1520: there are no prompts for the trait, only one of the two, or one is empty.</exception>
    public static PersonaPrompts Of(string trait, string? folder = null)
    {
        string[] files = [FileOf(trait, "positive"), FileOf(trait, "negative")];
        var own = folder is null ? [] : files.Where(file => File.Exists(Path.Combine(folder, file))).ToArray();
        if (own.Length == 1)
            throw Missing($"'{folder}' holds {own[0]} and not {files.Except(own).Single()}. A persona vector is the difference of two answers: write both.",
                folder);
        var texts = own.Length == 2 ? [.. files.Select(file => File.ReadAllText(Path.Combine(folder!, file)))] : files.Select(Shipped).ToArray();
        if (texts.Contains(null))
            throw Missing(
                $"There are no system prompts for the trait '{trait}'{(folder is null ? "" : $", neither in '{folder}' nor here")}; there are for "
                    + $"{string.Join(", ", Traits)}. "
                + $"Write {files[0]} and {files[1]} in a folder and name it in the property PersonaPrompts.", folder);
        if (Array.FindIndex(texts, string.IsNullOrWhiteSpace) is >= 0 and var empty)
            throw Missing($"The system prompt {files[empty]} is empty. Say there how the model should behave.", folder);
        return new PersonaPrompts(trait, texts[0]!.Trim(), texts[1]!.Trim());
    }

    private static string FileOf(string trait, string sign) => $"{trait}.{sign}.txt";

    private static string? Shipped(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceFolder + file);
        return stream is null ? null : new StreamReader(stream).ReadToEnd();
    }

    private static AttributionException Missing(string message, string? folder) =>
        new(ErrorCodes.PersonaPromptsMissing, message) { File = folder, Property = "PersonaPrompts" };
}
