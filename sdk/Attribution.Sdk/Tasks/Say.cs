using Attribution.Sdk.Terminal;
using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tasks;

/// <summary>Says a line that every logger shows, the terminal logger too.</summary>
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
