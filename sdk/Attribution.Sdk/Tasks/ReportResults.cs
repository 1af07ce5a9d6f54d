using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tasks;

/// <summary>The last words of a build: the table of results, and where to look.</summary>
public sealed class ReportResults : Microsoft.Build.Utilities.Task
{
    /// <summary>The experiment's name.</summary>
    [Required]
    public string Experiment { get; set; } = "";

    /// <summary>The table as plain text.</summary>
    [Required]
    public string Table { get; set; } = "";

    /// <summary>The folder of results.</summary>
    [Required]
    public string OutputFolder { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        if (File.Exists(Table))
            Log.LogMessage(MessageImportance.High, "\n{0}\n", File.ReadAllText(Table).TrimEnd());
        Log.LogMessage(MessageImportance.High, "{0}: results in {1}", Experiment, OutputFolder);
        return true;
    }
}
