using System.CommandLine;
using System.Reflection;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution completion</c>: prints the script with which a shell completes verbs, options and values.</summary>
public static class CompletionVerb
{
    private static readonly string[] Shells = ["bash", "zsh"];

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash or zsh." };
        shell.AcceptOnlyFromAmong(Shells);
        var verb = new Command("completion", "Prints the script by which bash or zsh completes this program's verbs, options and values.") { shell, Words() };
        verb.SetAction(parsed =>
        {
            using var script = Assembly.GetExecutingAssembly().GetManifestResourceStream($"completion.{parsed.GetRequiredValue(shell)}")!;
            parsed.InvocationConfiguration.Output.Write(new StreamReader(script).ReadToEnd());
        });
        return verb;
    }

    /// <summary>The verb that the scripts call: it prints the words that may follow at a position of a line.</summary>
    private static Command Words()
    {
        var line = new Argument<string>("line") { Description = "The line so far, the program's name included." };
        var position = new Option<int>("--position") { Description = "Where in the line the cursor is.", Required = true };
        var verb = new Command("words", "Prints what may stand at a position of a command line.") { line, position };
        verb.Hidden = true;
        verb.SetAction(parsed =>
        {
            var typed = parsed.GetRequiredValue(line);
            // The program's own name is not parsed, whatever name it was called by.
            var start = typed.IndexOf(' ', StringComparison.Ordinal) is var space && space < 0 ? typed.Length : space + 1;
            var at = Math.Clamp(parsed.GetValue(position), start, typed.Length);
            foreach (var item in parsed.RootCommandResult.Command.Parse(typed[start..at]).GetCompletions(at - start).Select(item => item.Label).Distinct())
                parsed.InvocationConfiguration.Output.WriteLine(item);
        });
        return verb;
    }
}
