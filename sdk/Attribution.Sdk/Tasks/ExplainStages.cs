using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tasks;

/// <summary>Has the worker explain what each stage would do, and why.</summary>
public sealed class ExplainStages : WorkerTask
{
    /// <summary>The folder of the requests that a build would make, relative to the project.</summary>
    [Required]
    public string RequestFolder { get; set; } = "";

    private protected override string Doing => "Explain";

    private protected override bool PlainLinesAreForPeople => true;

    /// <inheritdoc/>
    public override bool Execute() => Run("explain", "--requests", RequestFolder.TrimEnd('/'), "--state", StateFolder.TrimEnd('/'));
}
