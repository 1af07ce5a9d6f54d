using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
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
    private const string ResourceFolder = "Personas/", Positively = "positive", Negatively = "negative";

    /// <summary>The traits with built-in prompts.</summary>
    public static IReadOnlyList<string> Traits { get; } = ["empathy", "laziness", "modesty", "preachiness", "sycophancy"];

    /// <summary>The first pair of prompts of a trait.</summary>
    /// <inheritdoc cref="AllOf"/>
    public static PersonaPrompts Of(string trait, string? folder = null) => AllOf(trait, folder)[0];

    /// <summary>
    /// The pairs of prompts of a trait: that of <c>{trait}.positive.txt</c> and <c>{trait}.negative.txt</c>, then those of <c>{trait}.2.positive.txt</c> and
    /// <c>{trait}.2.negative.txt</c> and so on, by their numbers.
    /// </summary>
    /// <param name="trait">The trait.</param>
    /// <param name="folder">A folder whose files go before the ones that come along; null for those alone.</param>
    /// <exception cref="AttributionException">ATTR1520: there are no prompts for the trait, only one of a pair, or one is empty.</exception>
    public static IReadOnlyList<PersonaPrompts> AllOf(string trait, string? folder = null)
    {
        if (Directory.Exists(folder) && NamesIn(folder, trait) is { Count: > 0 } own)
            return [.. own.Select(name => Pair(trait, name, folder, file => File.Exists(Path.Combine(folder, file))
                ? File.ReadAllText(Path.Combine(folder, file)) : null))];
        return Shipped(FileOf(trait, Positively)) is null
            ? throw Missing(
                $"There are no system prompts for the trait '{trait}'{(folder is null ? "" : $", neither in '{folder}' nor here")}; there are for "
                    + $"{string.Join(", ", Traits)}. Write {FileOf(trait, Positively)} and {FileOf(trait, Negatively)} in a folder and name it in the property "
                    + "PersonaPrompts.", folder)
            : [Pair(trait, trait, folder, Shipped)];
    }

    // What the files of pairs are called before their sign: the trait's name, then those with numbers.
    private static IReadOnlyList<string> NamesIn(string folder, string trait)
    {
        var file = new Regex($@"^(?<name>{Regex.Escape(trait)}(\.(?<number>[0-9]{{1,9}}))?)\.({Positively}|{Negatively})\.txt$");
        return [.. Directory.EnumerateFiles(folder).Select(path => file.Match(Path.GetFileName(path))).Where(match => match.Success)
            .Select(match => (Name: match.Groups["name"].Value,
                Number: match.Groups["number"] is { Success: true } number ? int.Parse(number.Value, CultureInfo.InvariantCulture) : -1))
            .Distinct().OrderBy(pair => pair.Number).ThenBy(pair => pair.Name, StringComparer.Ordinal).Select(pair => pair.Name)];
    }

    private static PersonaPrompts Pair(string trait, string name, string? folder, Func<string, string?> read)
    {
        string[] files = [FileOf(name, Positively), FileOf(name, Negatively)];
        var texts = Array.ConvertAll(files, file => read(file));
        if (Array.IndexOf(texts, null) is >= 0 and var lacking)
            throw Missing($"'{folder}' holds {files[1 - lacking]} and not {files[lacking]}. A persona vector is the difference of two answers: write both.",
                folder);
        if (Array.FindIndex(texts, string.IsNullOrWhiteSpace) is >= 0 and var empty)
            throw Missing($"The system prompt {files[empty]} is empty. Say there how the model should behave.", folder);
        return new PersonaPrompts(trait, texts[0]!.Trim(), texts[1]!.Trim());
    }

    private static string FileOf(string name, string sign) => $"{name}.{sign}.txt";

    private static string? Shipped(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceFolder + file);
        return stream is null ? null : new StreamReader(stream).ReadToEnd();
    }

    private static AttributionException Missing(string message, string? folder) =>
        new(ErrorCodes.PersonaPromptsMissing, message) { File = folder, Property = "PersonaPrompts" };
}
