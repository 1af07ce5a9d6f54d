namespace Attribution.Tokenization.ChatTemplates;

/// <summary>An expression of a template, with its 1-based line.</summary>
internal abstract record Expression(int Line);

internal sealed record Constant(object? Value, int Line) : Expression(Line);

internal sealed record Name(string Identifier, int Line) : Expression(Line);

/// <summary><c>ns.attribute</c> as the target of a <c>set</c>.</summary>
internal sealed record NamespaceReference(string Namespace, string Attribute, int Line) : Expression(Line);

internal sealed record ListLiteral(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

internal sealed record TupleLiteral(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

internal sealed record DictLiteral(IReadOnlyList<(Expression Key, Expression Value)> Pairs, int Line) : Expression(Line);

internal sealed record Attribute(Expression Of, string Name, int Line) : Expression(Line);

internal sealed record Subscript(Expression Of, Expression Index, int Line) : Expression(Line);

internal sealed record Slice(Expression? Start, Expression? Stop, Expression? Step, int Line) : Expression(Line);

internal sealed record Call(Expression Callee, CallSyntax Arguments, int Line) : Expression(Line);

/// <summary><c>value|name(arguments)</c>; <paramref name="Value"/> is null if the value is a block's output.</summary>
internal sealed record Filter(Expression? Value, string Name, CallSyntax Arguments, int Line) : Expression(Line);

internal sealed record Test(Expression Value, string Name, CallSyntax Arguments, int Line) : Expression(Line);

internal sealed record Not(Expression Operand, int Line) : Expression(Line);

internal sealed record Sign(Expression Operand, bool Negative, int Line) : Expression(Line);

internal sealed record And(Expression Left, Expression Right, int Line) : Expression(Line);

internal sealed record Or(Expression Left, Expression Right, int Line) : Expression(Line);

internal sealed record Arithmetic(string Operator, Expression Left, Expression Right, int Line) : Expression(Line);

internal sealed record Concatenation(IReadOnlyList<Expression> Parts, int Line) : Expression(Line);

/// <summary>A chain such as <c>a &lt; b &lt;= c</c>, which is true if every link is.</summary>
internal sealed record Comparison(Expression First, IReadOnlyList<(string Operator, Expression Operand)> Links, int Line) : Expression(Line);

internal sealed record Conditional(Expression Condition, Expression Then, Expression? Else, int Line) : Expression(Line);

/// <summary>The arguments of a call in the source.</summary>
internal sealed record CallSyntax(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Spread, Expression? NamedSpread)
{
    public static CallSyntax None { get; } = new([], [], null, null);
}
