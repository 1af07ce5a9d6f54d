using System.CommandLine;
using Attribution.Contracts;

namespace Attribution.Worker.CommandLine;

/// <summary>The errors of a command line, one line each, with the name that was probably meant.</summary>
internal static class ParseErrors
{
    /// <summary>The lines; the last one points to the help.</summary>
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var options = parsed.CommandResult.Command.Options.Concat(Parents(command).SelectMany(parent => parent.Options.Where(option => option.Recursive)));
        // If a word was read as the value of an option, other words seem out of place.
        string[] stray = [.. parsed.Errors.Select(error => error.Message).Where(message =>
            message.StartsWith(StrayOptions.NoOption, StringComparison.Ordinal))];
        var lines = stray.Length > 0 ? stray : parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens.Select(token => Unmatched(token, command, options))
            : parsed.Errors.Select(error => error.Message);
        foreach (var line in lines.Distinct())
            yield return $"error: {Shown.Of(line)}";
        yield return $"`{Path(command)} --help` tells what there is.";
    }

    private static string Unmatched(string token, Command command, IEnumerable<Option> options)
    {
        if (token.StartsWith('-'))
            return StrayOptions.Unknown(token, options);
        string[] verbs = [.. command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name)];
        return verbs.Length == 0 ? $"{Path(command)} takes no '{token}'."
            : $"{Path(command)} has no verb '{token}'.{NearestName.Question(token, verbs)} It has {string.Join(", ", verbs)}.";
    }

    private static string Path(Command command) => string.Join(' ', Parents(command).Select(parent => parent.Name).Reverse().Append(command.Name));

    private static IEnumerable<Command> Parents(Command command)
    {
        for (var at = command.Parents.OfType<Command>().FirstOrDefault(); at is not null; at = at.Parents.OfType<Command>().FirstOrDefault())
            yield return at;
    }
}
