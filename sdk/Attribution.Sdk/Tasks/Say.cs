using Attribution.Sdk.Terminal;
using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tasks;

/// <summary>Writes a line that every logger shows, including the terminal logger.</summary>
public sealed class Say : Microsoft.Build.Utilities.Task
{
    /// <summary>The line.</summary>
    [Required]
    public string Text { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        BuildEngine.Say(Text);
        return true;
    }
}
