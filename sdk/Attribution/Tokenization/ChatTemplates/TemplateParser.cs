namespace Attribution.Tokenization.ChatTemplates;

/// <summary>Jinja2's statement grammar, for the statements that chat templates use.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private TemplateParser(string source)
    {
        _tokens = new TokenStream(TemplateLexer.Tokenize(source));
        _expressions = new ExpressionParser(_tokens);
    }

    /// <summary>Parses <paramref name="source"/>; throws <see cref="TemplateException"/> if it is not a template.</summary>
    public static StatementList Parse(string source)
    {
        var parser = new TemplateParser(source);
        return parser.Body(null, []);
    }

    /// <summary>
    /// Statements up to one of the tags <paramref name="ends"/>, whose name remains the current token; up to the end of the template if
    /// <paramref name="opener"/> is null.
    /// </summary>
    private StatementList Body(TemplateToken? opener, ReadOnlySpan<string> ends)
    {
        RenderBudget.Descend();
        var statements = new List<Statement>();
        while (true)
        {
            var token = _tokens.Next();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    statements.Add(new Data(token.Text, token.Line));
                    break;
                case TokenKind.VariableBegin:
                    statements.Add(new Print(_expressions.Tuple(), token.Line));
                    _tokens.Expect(TokenKind.VariableEnd, "'}}'");
                    break;
                case TokenKind.BlockBegin:
                    if (_tokens.Current.Kind == TokenKind.Name && ends.Contains(_tokens.Current.Text))
                        return new StatementList(statements);
                    statements.Add(Statement(ends));
                    _tokens.Expect(TokenKind.BlockEnd, "'%}'");
                    break;
                default:
                    return opener is not { } open ? new StatementList(statements)
                        : throw new TemplateException(TemplateFault.Syntax, $"the tag '{open.Text}' has no '{ends[^1]}'", open.Line);
            }
        }
    }

    /// <summary>The body of a tag whose opening part has been read, followed by its end tag.</summary>
    private StatementList Enclosed(TemplateToken opener, string end)
    {
        CloseTag();
        var body = Body(opener, [end]);
        _tokens.Next();
        return body;
    }

    /// <summary>The end of a tag that opens a body; Jinja allows a colon there, as in Python.</summary>
    private void CloseTag()
    {
        _tokens.SkipOperator(":");
        _tokens.Expect(TokenKind.BlockEnd, "'%}'");
    }

    private Statement Statement(ReadOnlySpan<string> ends)
    {
        var tag = _tokens.Expect(TokenKind.Name, "a tag's name");
        return tag.Text switch
        {
            "if" => If(tag),
            "for" => For(tag),
            "set" => Set(tag),
            "macro" => MacroDefinition(tag),
            "call" => Call(tag),
            "filter" => new FilterBlock(_expressions.Filters(piped: false), Enclosed(tag, "endfilter"), tag.Line),
            "with" => With(tag),
            "generation" => new Generation(Enclosed(tag, "endgeneration"), tag.Line),
            "break" when _loops > 0 => new Break(tag.Line),
            "continue" when _loops > 0 => new Continue(tag.Line),
            "break" or "continue" => throw new TemplateException(TemplateFault.Syntax, $"the tag '{tag.Text}' stands outside of a loop", tag.Line),
            _ => throw new TemplateException(TemplateFault.Syntax, ends.Length > 0
                ? $"the tag '{tag.Text}' is not supported, or stands where '{ends[^1]}' is expected"
                : $"the tag '{tag.Text}' is not supported, or nothing is open for it to close", tag.Line),
        };
    }

    private If If(TemplateToken tag)
    {
        var branches = new List<(Expression, StatementList)>();
        var otherwise = StatementList.Empty;
        var opener = tag;
        while (true)
        {
            if (opener.Text == "else")
            {
                otherwise = Enclosed(tag, "endif");
                return new If(branches, otherwise, tag.Line);
            }
            var condition = _expressions.Unconditional();
            CloseTag();
            branches.Add((condition, Body(tag, ["elif", "else", "endif"])));
            opener = _tokens.Next();
            if (opener.Text == "endif")
                return new If(branches, otherwise, tag.Line);
        }
    }

    private For For(TemplateToken tag)
    {
        var target = _expressions.Target(allowNamespace: false);
        if (!_tokens.SkipName("in"))
            throw _tokens.Unexpected("'in'");
        var items = _expressions.Unconditional();
        var condition = _tokens.SkipName("if") ? _expressions.Parse() : null;
        if (_tokens.Current.IsName("recursive"))
            throw _tokens.Fail("recursive loops are not supported");
        CloseTag();

        _loops++;
        var body = Body(tag, ["else", "endfor"]);
        _loops--;
        var otherwise = _tokens.Next().Text == "else" ? Enclosed(tag, "endfor") : StatementList.Empty;
        return new For(target, items, condition, body, otherwise, tag.Line);
    }

    private Statement Set(TemplateToken tag)
    {
        var target = _expressions.Target(allowNamespace: true);
        if (_tokens.SkipOperator("="))
            return new Set(target, _expressions.Tuple(), tag.Line);
        var filters = _expressions.Filters(piped: true);
        return new SetBlock(target, filters, Enclosed(tag, "endset"), tag.Line);
    }

    private MacroDefinition MacroDefinition(TemplateToken tag)
    {
        var name = _tokens.Expect(TokenKind.Name, "the macro's name");
        return new MacroDefinition(Macro(tag, name.Text, _expressions.Parameters(), "endmacro"), tag.Line);
    }

    private CallBlock Call(TemplateToken tag)
    {
        var parameters = _tokens.Current.IsOperator("(") ? _expressions.Parameters() : [];
        var call = _expressions.Parse() as Call
            ?? throw new TemplateException(TemplateFault.Syntax, "the tag 'call' needs a call, such as 'call name()'", tag.Line);
        return new CallBlock(call, Macro(tag, "caller", parameters, "endcall"), tag.Line);
    }

    /// <summary>A macro has its own names and its own loops: a <c>break</c> cannot leave it.</summary>
    private Macro Macro(TemplateToken tag, string name, IReadOnlyList<(string, Expression?)> parameters, string end)
    {
        var (outerNames, outerLoops) = (_expressions.Names, _loops);
        (_expressions.Names, _loops) = ([], 0);
        var body = Enclosed(tag, end);
        var names = _expressions.Names;
        (_expressions.Names, _loops) = (outerNames, outerLoops);
        outerNames.UnionWith(names);
        return new Macro(name, parameters, body, names.Contains("varargs"), names.Contains("kwargs"), names.Contains("caller"));
    }

    private With With(TemplateToken tag)
    {
        var assignments = new List<(Expression, Expression)>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0)
                _tokens.ExpectOperator(",");
            var name = _tokens.Expect(TokenKind.Name, "a name");
            _tokens.ExpectOperator("=");
            assignments.Add((new Name(name.Text, name.Line), _expressions.Parse()));
        }
        return new With(assignments, Enclosed(tag, "endwith"), tag.Line);
    }
}
