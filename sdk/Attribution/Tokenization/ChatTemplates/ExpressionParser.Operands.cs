using System.Globalization;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>The operands: literals, names, and what may follow them: members, subscripts, calls, filters, tests.</summary>
internal sealed partial class ExpressionParser
{
    private Expression Primary()
    {
        RenderBudget.Descend();
        var token = tokens.Next();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return NameOrConstant(token);
            case TokenKind.Text:
                var text = token.Text;
                while (tokens.Current.Kind == TokenKind.Text)
                    text += tokens.Next().Text;
                return new Constant(text, token.Line);
            case TokenKind.Integer:
                return new Constant(Integer(token), token.Line);
            case TokenKind.Float:
                return new Constant(double.Parse(token.Text, CultureInfo.InvariantCulture), token.Line);
            case TokenKind.Operator when token.Text == "(":
                var inner = Tuple(allowEmpty: true);
                tokens.ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return new ListLiteral(Items("]", Parse), token.Line);
            case TokenKind.Operator when token.Text == "{":
                return new DictLiteral(Items("}", Pair), token.Line);
            default:
                throw new TemplateException(TemplateFault.Syntax, $"{token.Describe()} stands where an expression is expected", token.Line);
        }
    }

    private Expression NameOrConstant(TemplateToken token)
    {
        switch (token.Text)
        {
            case "true" or "True":
                return new Constant(true, token.Line);
            case "false" or "False":
                return new Constant(false, token.Line);
            case "none" or "None":
                return new Constant(null, token.Line);
            default:
                Names.Add(token.Text);
                return new Name(token.Text, token.Line);
        }
    }

    private static long Integer(TemplateToken token)
    {
        var (digits, radix) = token.Text.Length > 1 && char.IsAsciiLetter(token.Text[1])
            ? (token.Text[2..], char.ToLowerInvariant(token.Text[1]) switch { 'b' => 2, 'o' => 8, _ => 16 })
            : (token.Text, 10);
        try
        {
            return radix == 10 ? long.Parse(digits, CultureInfo.InvariantCulture) : Convert.ToInt64(digits, radix);
        }
        catch (OverflowException)
        {
            throw new TemplateException(TemplateFault.Syntax, $"the number {token.Text} does not fit 64 bits", token.Line);
        }
    }

    private List<T> Items<T>(string close, Func<T> item)
    {
        var items = new List<T>();
        while (!tokens.SkipOperator(close))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.SkipOperator(close))
                    break;
            }
            items.Add(item());
        }
        return items;
    }

    private (Expression, Expression) Pair()
    {
        var key = Parse();
        tokens.ExpectOperator(":");
        return (key, Parse());
    }

    private Expression Postfix(Expression value)
    {
        while (true)
        {
            var token = tokens.Current;
            if (tokens.SkipOperator("."))
                value = Member(value, token.Line);
            else if (tokens.SkipOperator("["))
                value = new Subscript(value, Index(), token.Line);
            else if (token.IsOperator("("))
                value = new Call(value, CallArguments(), token.Line);
            else
                return value;
        }
    }

    private Expression Member(Expression value, int line)
    {
        var token = tokens.Next();
        return token.Kind switch
        {
            TokenKind.Name => new Attribute(value, token.Text, line),
            TokenKind.Integer => new Subscript(value, new Constant(Integer(token), token.Line), line),
            _ => throw new TemplateException(TemplateFault.Syntax, $"{token.Describe()} stands where an attribute's name is expected", token.Line),
        };
    }

    private Expression Index()
    {
        var line = tokens.Current.Line;
        var items = Items("]", SliceOrExpression);
        return items.Count == 1 ? items[0] : new TupleLiteral(items, line);
    }

    private Expression SliceOrExpression()
    {
        var line = tokens.Current.Line;
        var start = tokens.Current.IsOperator(":") ? null : Parse();
        if (!tokens.SkipOperator(":"))
            return start!;
        var stop = Bound();
        return new Slice(start, stop, tokens.SkipOperator(":") ? Bound() : null, line);

        Expression? Bound() => tokens.Current.IsOperator(":") || tokens.Current.IsOperator("]") || tokens.Current.IsOperator(",") ? null : Parse();
    }

    public CallSyntax CallArguments()
    {
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? spread = null, namedSpread = null;
        tokens.ExpectOperator("(");
        Items<object?>(")", () =>
        {
            if (tokens.SkipOperator("*"))
                spread = spread is null && namedSpread is null ? Parse() : throw tokens.Fail("a call takes one '*' argument, before '**'");
            else if (tokens.SkipOperator("**"))
                namedSpread = namedSpread is null ? Parse() : throw tokens.Fail("a call takes one '**' argument");
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Following.IsOperator("="))
            {
                var name = tokens.Next().Text;
                tokens.Next();
                named.Add((name, Parse()));
            }
            else if (named.Count > 0 || spread is not null || namedSpread is not null)
                throw tokens.Fail("a positional argument follows a named one");
            else
                positional.Add(Parse());
            return null;
        });
        return new CallSyntax(positional, named, spread, namedSpread);
    }

    private Expression FiltersAndTests(Expression value)
    {
        while (true)
        {
            var line = tokens.Current.Line;
            if (tokens.SkipOperator("|"))
                value = FilterCall(value);
            else if (tokens.SkipName("is"))
                value = TestCall(value, line);
            else if (tokens.Current.IsOperator("("))
                value = new Call(value, CallArguments(), line);
            else
                return value;
        }
    }

    private Filter FilterCall(Expression? value)
    {
        var name = tokens.Expect(TokenKind.Name, "a filter's name");
        return new Filter(value, name.Text, tokens.Current.IsOperator("(") ? CallArguments() : CallSyntax.None, name.Line);
    }

    private Expression TestCall(Expression value, int line)
    {
        var negated = tokens.SkipName("not");
        var name = tokens.Expect(TokenKind.Name, "a test's name");
        var test = new Test(value, name.Text, TestArguments(), line);
        return negated ? new Not(test, line) : test;
    }

    /// <summary>A test's argument may come without parentheses: <c>x is divisibleby 3</c>.</summary>
    private CallSyntax TestArguments()
    {
        var token = tokens.Current;
        if (token.IsOperator("("))
            return CallArguments();
        if (token.IsName("is"))
            throw tokens.Fail("tests cannot be chained");
        var hasArgument = token.Kind is TokenKind.Text or TokenKind.Integer or TokenKind.Float || token.IsOperator("[") || token.IsOperator("{")
            || (token.Kind == TokenKind.Name && token.Text is not ("else" or "or" or "and"));
        return hasArgument ? new CallSyntax([Postfix(Primary())], [], null, null) : CallSyntax.None;
    }
}
