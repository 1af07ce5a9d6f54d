namespace Attribution.Tokenization.ChatTemplates;

/// <summary>A statement of a template, with its 1-based line.</summary>
internal abstract record Statement(int Line);

internal sealed record Data(string Text, int Line) : Statement(Line);

internal sealed record Print(Expression Value, int Line) : Statement(Line);

internal sealed record If(IReadOnlyList<(Expression Condition, StatementList Body)> Branches, StatementList Else, int Line) : Statement(Line);

internal sealed record For(Expression Target, Expression Items, Expression? Condition, StatementList Body, StatementList Else, int Line) : Statement(Line);

internal sealed record Set(Expression Target, Expression Value, int Line) : Statement(Line);

internal sealed record SetBlock(Expression Target, IReadOnlyList<Filter> Filters, StatementList Body, int Line) : Statement(Line);

internal sealed record MacroDefinition(Macro Macro, int Line) : Statement(Line);

/// <summary><c>{% call(parameters) callee(...) %}body{% endcall %}</c>: the body is the callee's <c>caller</c>.</summary>
internal sealed record CallBlock(Call Call, Macro Caller, int Line) : Statement(Line);

internal sealed record FilterBlock(IReadOnlyList<Filter> Filters, StatementList Body, int Line) : Statement(Line);

internal sealed record With(IReadOnlyList<(Expression Target, Expression Value)> Assignments, StatementList Body, int Line) : Statement(Line);

/// <summary><c>{% generation %}</c>: marks the tokens that the model wrote; rendering writes its body unchanged.</summary>
internal sealed record Generation(StatementList Body, int Line) : Statement(Line);

internal sealed record Break(int Line) : Statement(Line);

internal sealed record Continue(int Line) : Statement(Line);

internal sealed record StatementList(IReadOnlyList<Statement> Statements)
{
    public static StatementList Empty { get; } = new([]);
}

/// <summary>A macro, defined by <c>{% macro %}</c> or <c>{% call %}</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Its parameters in order, with their defaults if they have any.</param>
/// <param name="Body">The body that it renders.</param>
/// <param name="TakesMore">Whether its body names <c>varargs</c>, so that it accepts any number of positional arguments.</param>
/// <param name="TakesNamed">Whether its body names <c>kwargs</c>, so that it accepts any named argument.</param>
/// <param name="TakesCaller">Whether its body names <c>caller</c>, so that a <c>call</c> block may call it.</param>
internal sealed record Macro(
    string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, StatementList Body, bool TakesMore, bool TakesNamed, bool TakesCaller);
