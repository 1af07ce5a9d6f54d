namespace Attribution.Tokenization.ChatTemplates;

/// <summary>What can go wrong with a template; <see cref="ChatTemplate"/> turns it into an error that names file, line and construct.</summary>
internal enum TemplateFault
{
    /// <summary>The source is no template, or uses a construct that this interpreter does not have.</summary>
    Syntax,

    /// <summary>Jinja2 would raise while rendering: an undefined use, a wrong type, a wrong argument.</summary>
    Evaluation,

    /// <summary>The template itself called <c>raise_exception</c>.</summary>
    Raised,

    /// <summary>Rendering exceeded <see cref="RenderBudget"/>.</summary>
    Limit,
}

/// <summary>A fault in a template. <paramref name="line"/> is 1-based; 0 where only the evaluator knows it.</summary>
internal sealed class TemplateException(TemplateFault fault, string message, int line = 0) : Exception(message)
{
    public TemplateFault Fault { get; } = fault;

    public int Line { get; } = line;
}
