using Microsoft.Build.Framework;

namespace Attribution.Sdk.Terminal;

/// <summary>
/// Shows lines and the progress of a stage in MSBuild's terminal logger. That logger shows only messages of projects that run tests, and it takes a project for
/// one once its target <c>_TestRunStart</c> has started. Other loggers show these lines as ordinary messages.
/// </summary>
internal static class TerminalLogger
{
    /// <summary>Set by MSBuild.</summary>
    public const string Variable = "_MSBUILDTLENABLED";

    private const string Line = "TLTESTOUTPUT", Status = "TLTESTPASSED";

    /// <summary>Whether this build's logger is the terminal logger.</summary>
    public static bool IsOn => Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>Writes a line that every logger shows.</summary>
    public static void Say(this IBuildEngine engine, string text) => engine.LogMessageEvent(Message(Line, text, []));

    /// <summary>Shows progress beside the project's name and the elapsed seconds until something else is shown there.</summary>
    public static void Show(this IBuildEngine engine, string what, string progress) =>
        engine.LogMessageEvent(Message(Status, progress, new() { ["localizedResult"] = what, ["displayName"] = $"{ProgressBar.Of(progress)}{progress}" }));

    private static ExtendedBuildMessageEventArgs Message(string type, string text, Dictionary<string, string?> metadata) =>
        new(type, text, helpKeyword: null, senderName: nameof(Attribution), MessageImportance.High) { ExtendedMetadata = metadata };
}
