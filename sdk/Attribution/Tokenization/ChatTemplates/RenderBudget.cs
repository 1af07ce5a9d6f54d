using System.Runtime.CompilerServices;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>
/// The limits of one rendering. Templates come with downloaded models and are not trusted: one that loops, recurses or grows without end is stopped with an
/// error instead of ending the process.
/// </summary>
internal sealed class RenderBudget
{
    /// <summary>The greatest number of loop iterations, list elements, and nodes compared or printed in one rendering.</summary>
    public const int MaxSteps = 2_000_000;

    /// <summary>The greatest length of any one string, including the output, in UTF-16 units.</summary>
    public const int MaxTextLength = 16 * 1024 * 1024;

    /// <summary>The greatest number of UTF-16 units that all string operations of one rendering may read or write.</summary>
    public const long MaxTextWork = 256L * 1024 * 1024;

    /// <summary>The greatest number of nested macro calls.</summary>
    public const int MaxMacroDepth = 100;

    private int _steps;
    private long _textWork;

    public void Step(int count = 1)
    {
        if ((_steps += count) > MaxSteps || _steps < 0)
            throw new TemplateException(TemplateFault.Limit, $"it takes more than {MaxSteps:N0} steps");
    }

    /// <summary>Accounts for a string of <paramref name="length"/> units, preferably before it is created.</summary>
    public void Text(long length)
    {
        if (length > MaxTextLength)
            throw new TemplateException(TemplateFault.Limit, $"it makes a text of more than {MaxTextLength:N0} characters");
        if ((_textWork += length) > MaxTextWork)
            throw new TemplateException(TemplateFault.Limit, $"its text operations touch more than {MaxTextWork:N0} characters");
    }

    /// <summary>Throws if the thread's stack is nearly used up: templates and their data decide how deep they nest.</summary>
    public static void Descend()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new TemplateException(TemplateFault.Limit, "it nests too deeply");
    }
}
