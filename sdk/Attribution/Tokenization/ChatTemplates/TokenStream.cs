namespace Attribution.Tokenization.ChatTemplates;

/// <summary>The tokens of a template, read one by one.</summary>
internal sealed class TokenStream(List<TemplateToken> tokens)
{
    private int _at;

    public TemplateToken Current => tokens[_at];

    public TemplateToken Following => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public TemplateToken Next()
    {
        var token = Current;
        if (token.Kind != TokenKind.End)
            _at++;
        return token;
    }

    public bool SkipName(string name) => Skip(Current.IsName(name));

    public bool SkipOperator(string symbol) => Skip(Current.IsOperator(symbol));

    public TemplateToken Expect(TokenKind kind, string what) => Current.Kind == kind ? Next() : throw Unexpected(what);

    public void ExpectOperator(string symbol)
    {
        if (!SkipOperator(symbol))
            throw Unexpected($"'{symbol}'");
    }

    public TemplateException Unexpected(string expected) => Fail($"{Current.Describe()} stands where {expected} is expected");

    public TemplateException Fail(string message) => new(TemplateFault.Syntax, message, Current.Line);

    private bool Skip(bool matches)
    {
        if (matches)
            _at++;
        return matches;
    }
}
