using System.Runtime.CompilerServices;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>
/// What one rendering may cost. Templates come with downloaded models and are not trusted: one that loops, recurses or
/// grows without end is stopped with an error instead of taking the process with it.
/// </summary>
internal sealed class RenderBudget
{
    /// <summary>Loop iterations, list elements and nodes compared or printed, of one rendering.</summary>
    public const int MaxSteps = 2_000_000;

    /// <summary>UTF-16 units of any one string, the output included.</summary>
    public const int MaxTextLength = 16 * 1024 * 1024;

    /// <summary>UTF-16 units read or written by all string operations of one rendering.</summary>
    public const long MaxTextWork = 256L * 1024 * 1024;

    /// <summary>Macros that may be active at once.</summary>
    public const int MaxMacroDepth = 100;

    private int _steps;
    private long _textWork;

    public void Step(int count = 1)
    {
        if ((_steps += count) > MaxSteps || _steps < 0)
            throw new TemplateException(TemplateFault.Limit, $"it takes more than {MaxSteps:N0} steps");
    }

    /// <summary>Accounts for a string of <paramref name="length"/> units, best before it is made.</summary>
    public void Text(long length)
    {
        if (length > MaxTextLength)
            throw new TemplateException(TemplateFault.Limit, $"it makes a text of more than {MaxTextLength:N0} characters");
        if ((_textWork += length) > MaxTextWork)
            throw new TemplateException(TemplateFault.Limit, $"its text operations touch more than {MaxTextWork:N0} characters");
    }

    /// <summary>Refuses to go deeper when the thread's stack is nearly used up: nesting in templates and in their data is theirs to choose.</summary>
    public static void Descend()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new TemplateException(TemplateFault.Limit, "it nests too deeply");
    }
}
