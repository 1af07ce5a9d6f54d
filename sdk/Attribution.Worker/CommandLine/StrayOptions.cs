using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Attribution.Contracts;

namespace Attribution.Worker.CommandLine;

/// <summary>
/// Refuses a word that looks like an option but is none: the parser reads it as the value of an argument or of the previous option. Words that are meant as
/// values go after <c>--</c>.
/// </summary>
internal static class StrayOptions
{
    /// <summary>Makes every verb refuse them.</summary>
    /// <param name="command">The root command.</param>
    /// <param name="args">The command line.</param>
    public static void Refuse(Command command, IReadOnlyList<string> args) => Refuse(command, [], args.SkipWhile(arg => arg != "--").Skip(1).ToHashSet());

    private static void Refuse(Command command, IReadOnlyList<Option> inherited, IReadOnlySet<string> literal)
    {
        Option[] known = [.. inherited, .. command.Options];
        command.Validators.Add(result =>
        {
            foreach (var child in result.Children)
                foreach (var token in child.Tokens)
                    // The value of an option may begin with one dash, as -1 does.
                    if (token.Value.StartsWith(child is OptionResult ? "--" : "-", StringComparison.Ordinal) && LooksLikeOption(token.Value)
                        && !literal.Contains(token.Value))
                        result.AddError(Unknown(token.Value, known));
        });
        foreach (var verb in command.Subcommands)
            Refuse(verb, [.. known.Where(option => option.Recursive)], literal);
    }

    /// <summary>The beginning of <see cref="Unknown"/>.</summary>
    public const string NoOption = "There is no option ";

    /// <summary>The error for an option that does not exist.</summary>
    public static string Unknown(string option, IEnumerable<Option> known) =>
        $"{NoOption}{option}.{NearestName.Question(option.Split('=')[0], [.. known.Where(o => !o.Hidden).Select(o => o.Name)])}";

    private static bool LooksLikeOption(string text) => text.Length > 1 && text[0] == '-' && text != "--"
        && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
