using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Attribution.Contracts;

namespace Attribution.Worker.CommandLine;

/// <summary>
/// Refuses what looks like an option and is none: the parser takes it for the value of an argument or of the option before it. What is meant so stands behind
/// <c>--</c>.
/// </summary>
internal static class StrayOptions
{
    /// <summary>Has every verb refuse them.</summary>
    /// <param name="command">The root.</param>
    /// <param name="args">The command line.</param>
    public static void Refuse(Command command, IReadOnlyList<string> args) => Refuse(command, [], args.SkipWhile(arg => arg != "--").Skip(1).ToHashSet());

    private static void Refuse(Command command, IReadOnlyList<Option> inherited, IReadOnlySet<string> literal)
    {
        Option[] known = [.. inherited, .. command.Options];
        command.Validators.Add(result =>
        {
            foreach (var child in result.Children)
                foreach (var token in child.Tokens)
                    // An option's value may have one dash, as -1 has.
                    if (token.Value.StartsWith(child is OptionResult ? "--" : "-", StringComparison.Ordinal) && LooksLikeOption(token.Value)
                        && !literal.Contains(token.Value))
                        result.AddError(Unknown(token.Value, known));
        });
        foreach (var verb in command.Subcommands)
            Refuse(verb, [.. known.Where(option => option.Recursive)], literal);
    }

    /// <summary>How <see cref="Unknown"/> begins.</summary>
    public const string NoOption = "There is no option ";

    /// <summary>What is said of an option that does not exist.</summary>
    public static string Unknown(string option, IEnumerable<Option> known) =>
        $"{NoOption}{option}.{NearestName.Question(option.Split('=')[0], [.. known.Where(o => !o.Hidden).Select(o => o.Name)])}";

    private static bool LooksLikeOption(string text) => text.Length > 1 && text[0] == '-' && text != "--"
        && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
