namespace Attribution.Tokenization.ChatTemplates;

/// <summary>
/// Jinja2's expression grammar, by recursive descent, loosest binding first: <c>if else</c>, <c>or</c>, <c>and</c>,
/// <c>not</c>, comparisons, <c>+ -</c>, <c>~</c>, <c>* / // %</c>, <c>**</c>, signs, postfixes, filters and tests.
/// </summary>
internal sealed partial class ExpressionParser(TokenStream tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>All names read so far; they show whether a macro's body uses <c>varargs</c>, <c>kwargs</c> or <c>caller</c>.</summary>
    public HashSet<string> Names { get; set; } = [];

    public Expression Parse()
    {
        RenderBudget.Descend();
        var value = Or();
        while (tokens.Current is { Line: var line } && tokens.SkipName("if"))
        {
            var condition = Or();
            value = new Conditional(condition, value, tokens.SkipName("else") ? Parse() : null, line);
        }
        return value;
    }

    /// <summary>An expression, or a tuple if commas follow: something that a tag may print, assign or loop over.</summary>
    public Expression Tuple(bool allowEmpty = false) => Tuple(Parse, allowEmpty, condition: null);

    /// <summary>
    /// The iterable of a <c>for</c>, or the condition of an <c>if</c>. An <c>if</c> after it belongs to the loop, not to a conditional expression.
    /// </summary>
    public Expression Unconditional() => Tuple(Or, allowEmpty: false, token => token.IsName("recursive"));

    /// <summary>The target of a <c>for</c> or <c>set</c>: a name, a namespace's attribute, or a tuple of these.</summary>
    public Expression Target(bool allowNamespace)
    {
        var line = tokens.Current.Line;
        var target = Tuple(() => TargetItem(allowNamespace), allowEmpty: false, condition: token => token.IsName("in"));
        return IsAssignable(target) ? target : throw new TemplateException(TemplateFault.Syntax, "only names can be assigned to", line);
    }

    /// <summary>Filters without a value, as in <c>{% filter upper|trim %}</c>; at least one unless <paramref name="piped"/>.</summary>
    public IReadOnlyList<Filter> Filters(bool piped)
    {
        var filters = new List<Filter>();
        if (!piped)
            filters.Add(FilterCall(null));
        while (tokens.SkipOperator("|"))
            filters.Add(FilterCall(null));
        return filters;
    }

    public IReadOnlyList<(string Name, Expression? Default)> Parameters()
    {
        var parameters = new List<(string, Expression?)>();
        tokens.ExpectOperator("(");
        while (!tokens.SkipOperator(")"))
        {
            if (parameters.Count > 0)
                tokens.ExpectOperator(",");
            var name = tokens.Expect(TokenKind.Name, "a parameter's name");
            var hasDefault = tokens.SkipOperator("=");
            if (!hasDefault && parameters is [.., (_, not null)])
                throw tokens.Fail($"the parameter '{name.Text}' without a default follows one with a default");
            parameters.Add((name.Text, hasDefault ? Parse() : null));
        }
        return parameters;
    }

    private static bool IsAssignable(Expression target) => target switch
    {
        Name or NamespaceReference => true,
        TupleLiteral tuple => tuple.Items.All(IsAssignable),
        _ => false,
    };

    private Expression TargetItem(bool allowNamespace)
    {
        if (tokens.Current.Kind != TokenKind.Name || !tokens.Following.IsOperator(".") || !allowNamespace)
            return Primary();
        var name = tokens.Next();
        tokens.Next();
        return new NamespaceReference(name.Text, tokens.Expect(TokenKind.Name, "an attribute's name").Text, name.Line);
    }

    private Expression Tuple(Func<Expression> item, bool allowEmpty, Func<TemplateToken, bool>? condition)
    {
        var line = tokens.Current.Line;
        var items = new List<Expression>();
        var isTuple = false;
        while (!IsTupleEnd())
        {
            items.Add(item());
            if (!tokens.SkipOperator(","))
                break;
            isTuple = true;
        }
        if (items.Count == 0 && !allowEmpty)
            throw tokens.Unexpected("an expression");
        return items.Count == 1 && !isTuple ? items[0] : new TupleLiteral(items, line);

        bool IsTupleEnd() => tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd or TokenKind.End
            || tokens.Current.IsOperator(")") || (condition?.Invoke(tokens.Current) ?? false);
    }

    private Expression Or() => LeftToRight(And, "or", (left, right, line) => new Or(left, right, line));

    private Expression And() => LeftToRight(Not, "and", (left, right, line) => new And(left, right, line));

    private Expression LeftToRight(Func<Expression> operand, string name, Func<Expression, Expression, int, Expression> node)
    {
        var left = operand();
        while (tokens.Current is { Line: var line } && tokens.SkipName(name))
            left = node(left, operand(), line);
        return left;
    }

    private Expression Not()
    {
        RenderBudget.Descend();
        var line = tokens.Current.Line;
        return tokens.SkipName("not") ? new Not(Not(), line) : Comparison();
    }

    private Expression Comparison()
    {
        var line = tokens.Current.Line;
        var first = Sum();
        var links = new List<(string, Expression)>();
        while (ComparisonOperator() is { } symbol)
            links.Add((symbol, Sum()));
        return links.Count == 0 ? first : new Comparison(first, links, line);
    }

    private string? ComparisonOperator()
    {
        if (tokens.Current.Kind == TokenKind.Operator && Comparisons.Contains(tokens.Current.Text))
            return tokens.Next().Text;
        if (tokens.SkipName("in"))
            return "in";
        if (!tokens.Current.IsName("not") || !tokens.Following.IsName("in"))
            return null;
        tokens.Next();
        tokens.Next();
        return "not in";
    }

    private Expression Sum() => Arithmetic(Concatenation, "+", "-");

    private Expression Concatenation()
    {
        var line = tokens.Current.Line;
        var parts = new List<Expression> { Product() };
        while (tokens.SkipOperator("~"))
            parts.Add(Product());
        return parts.Count == 1 ? parts[0] : new Concatenation(parts, line);
    }

    private Expression Product() => Arithmetic(Power, "*", "/", "//", "%");

    private Expression Power() => Arithmetic(() => Unary(withFilters: true), "**");

    private Expression Arithmetic(Func<Expression> operand, params ReadOnlySpan<string> symbols)
    {
        var left = operand();
        while (tokens.Current.Kind == TokenKind.Operator && symbols.Contains(tokens.Current.Text))
        {
            var symbol = tokens.Next();
            left = new Arithmetic(symbol.Text, left, operand(), symbol.Line);
        }
        return left;
    }

    private Expression Unary(bool withFilters)
    {
        RenderBudget.Descend();
        var token = tokens.Current;
        var value = token.IsOperator("-") || token.IsOperator("+")
            ? new Sign(UnaryAfter(tokens.Next()), token.Text == "-", token.Line)
            : Primary();
        value = Postfix(value);
        return withFilters ? FiltersAndTests(value) : value;

        Expression UnaryAfter(TemplateToken _) => Unary(withFilters: false);
    }
}
