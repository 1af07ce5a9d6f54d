using System.CommandLine;
using System.CommandLine.Parsing;

namespace Attribution.Worker.CommandLine;

/// <summary>
/// The rules that options and verbs have for values. System.CommandLine asks them also about values that do not parse, such as <c>--seed abc</c>, and reading
/// one of these throws. The parser itself reports such a value, so it breaks no other rule.
/// </summary>
internal static class Rules
{
    /// <summary>Lets the rules of a command, of its options and of its verbs pass over values that do not parse.</summary>
    public static void PassOverUnparsed(Command command)
    {
        PassOver(command.Validators);
        foreach (var option in command.Options)
            PassOver(option.Validators);
        foreach (var argument in command.Arguments)
            PassOver(argument.Validators);
        foreach (var verb in command.Subcommands)
            PassOverUnparsed(verb);
    }

    private static void PassOver<T>(List<Action<T>> rules) where T : SymbolResult
    {
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            rules[i] = result =>
            {
                try
                {
                    rule(result);
                }
                catch (InvalidOperationException)
                {
                    // The value does not parse.
                }
            };
        }
    }
}
