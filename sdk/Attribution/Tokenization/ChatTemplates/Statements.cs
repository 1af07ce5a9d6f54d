namespace Attribution.Tokenization.ChatTemplates;

/// <summary>A statement of a template, with the 1-based line it stands on.</summary>
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

/// <summary><c>{% generation %}</c>: marks the tokens that the model wrote; rendering passes it through.</summary>
internal sealed record Generation(StatementList Body, int Line) : Statement(Line);

internal sealed record Break(int Line) : Statement(Line);

internal sealed record Continue(int Line) : Statement(Line);

internal sealed record StatementList(IReadOnlyList<Statement> Statements)
{
    public static StatementList Empty { get; } = new([]);
}

/// <summary>A macro: what <c>{% macro %}</c> and <c>{% call %}</c> define.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Its parameters in order, with their default where they have one.</param>
/// <param name="Body">What it renders.</param>
/// <param name="TakesMore">Its body names <c>varargs</c>: it takes any number of positional arguments.</param>
/// <param name="TakesNamed">Its body names <c>kwargs</c>: it takes any named argument.</param>
/// <param name="TakesCaller">Its body names <c>caller</c>: a <c>call</c> block may call it.</param>
internal sealed record Macro(
    string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, StatementList Body, bool TakesMore, bool TakesNamed, bool TakesCaller);
