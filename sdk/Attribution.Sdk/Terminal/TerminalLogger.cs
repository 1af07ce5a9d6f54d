using Microsoft.Build.Framework;

namespace Attribution.Sdk.Terminal;

/// <summary>
/// Lines, and how far a stage has come, in a form that MSBuild's terminal logger shows. Of all messages it shows those of a project that runs tests,
/// which a project is to it once its target <c>_TestRunStart</c> has started. Other loggers show such a line as any other.
/// </summary>
internal static class TerminalLogger
{
    /// <summary>Set by MSBuild.</summary>
    public const string Variable = "_MSBUILDTLENABLED";

    private const string Line = "TLTESTOUTPUT", Status = "TLTESTPASSED";

    /// <summary>Whether this build's logger is the terminal logger.</summary>
    public static bool IsOn => Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>A line that everybody sees.</summary>
    public static void Say(this IBuildEngine engine, string text) => engine.LogMessageEvent(Message(Line, text, []));

    /// <summary>Shows how far something has come, beside the project's name and the seconds, until something else is shown there.</summary>
    public static void Show(this IBuildEngine engine, string what, string progress) =>
        engine.LogMessageEvent(Message(Status, progress, new() { ["localizedResult"] = what, ["displayName"] = $"{ProgressBar.Of(progress)}{progress}" }));

    private static ExtendedBuildMessageEventArgs Message(string type, string text, Dictionary<string, string?> metadata) =>
        new(type, text, helpKeyword: null, senderName: nameof(Attribution), MessageImportance.High) { ExtendedMetadata = metadata };
}
