namespace Attribution.Tokenization.ChatTemplates;

/// <summary>The kinds of errors in a template; <see cref="ChatTemplate"/> turns them into errors that name file, line and construct.</summary>
internal enum TemplateFault
{
    /// <summary>The source is not a template, or uses a construct that this interpreter does not support.</summary>
    Syntax,

    /// <summary>An error that Jinja2 would raise while rendering: an undefined value is used, or a type or argument is wrong.</summary>
    Evaluation,

    /// <summary>The template itself called <c>raise_exception</c>.</summary>
    Raised,

    /// <summary>Rendering exceeded <see cref="RenderBudget"/>.</summary>
    Limit,
}

/// <summary>An error in a template. <paramref name="line"/> is 1-based; 0 if only the evaluator knows it.</summary>
internal sealed class TemplateException(TemplateFault fault, string message, int line = 0) : Exception(message)
{
    public TemplateFault Fault { get; } = fault;

    public int Line { get; } = line;
}
