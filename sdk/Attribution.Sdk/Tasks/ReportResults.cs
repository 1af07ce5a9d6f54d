using Attribution.Sdk.Stages;
using Attribution.Sdk.Terminal;
using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tasks;

/// <summary>The last lines of a build: the results in short, and where to look.</summary>
public sealed class ReportResults : Microsoft.Build.Utilities.Task
{
    /// <summary>The experiment's name.</summary>
    [Required]
    public string Experiment { get; set; } = "";

    /// <summary>The file with the results in short, as plain text.</summary>
    [Required]
    public string Table { get; set; } = "";

    /// <summary>The path of the report.</summary>
    [Required]
    public string Report { get; set; } = "";

    /// <summary>The folder of the stages' state; its lock is released here for other builds.</summary>
    public string StateFolder { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        if (StateFolder.Length > 0)
            BuildLock.Release(StateFolder);
        if (File.Exists(Table))
            BuildEngine.Say($"\n{File.ReadAllText(Table).TrimEnd()}\n");
        if (File.Exists(Report))
            BuildEngine.Say($"{Experiment}: report in {Report}");
        return true;
    }
}
