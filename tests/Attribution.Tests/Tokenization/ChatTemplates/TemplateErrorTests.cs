using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization.ChatTemplates;

public sealed class TemplateErrorTests
{
    [Theory]
    [InlineData("a\n{{ b", "Line 2", "'{{' is not closed")]
    [InlineData("{% if a %}\nb", "Line 1", "'if' has no 'endif'")]
    [InlineData("{% for a in b %}{% endif %}", "Line 1", "'endif'")]
    [InlineData("\n\n{% include 'a' %}", "Line 3", "'include' is not supported")]
    [InlineData("{% endfor %}", "Line 1", "'endfor'")]
    [InlineData("{{ (1 }}", "Line 1", "'}' has no partner")]
    [InlineData("{{ 1 + }}", "Line 1", "'}}' stands where an expression is expected")]
    [InlineData("{{ a b }}", "Line 1", "'b'")]
    [InlineData("{% break %}", "Line 1", "outside of a loop")]
    [InlineData("{% for i in a recursive %}{% endfor %}", "Line 1", "recursive")]
    [InlineData("{% set 1 = 2 %}", "Line 1", "only names can be assigned to")]
    [InlineData("{# a", "Line 1", "'{#' is not closed")]
    [InlineData("{% raw %}", "Line 1", "endraw")]
    [InlineData("{{ 99999999999999999999 }}", "Line 1", "64 bits")]
    [InlineData("{{ '\\xzz' }}", "Line 1", "hexadecimal")]
    [InlineData("{{ $ }}", "Line 1", "'$' is unexpected")]
    public void What_is_no_template_is_refused_with_line_and_construct(string source, params string[] parts)
    {
        var error = Should.Throw<AttributionException>(() => ChatTemplate.Parse(source, "m/chat_template.jinja"));

        error.Code.ShouldBe(ErrorCodes.ChatTemplateSyntax);
        error.File.ShouldBe("m/chat_template.jinja");
        foreach (var part in parts)
            error.Message.ShouldContain(part);
    }

    [Theory]
    [InlineData("x\n{{ nothing.role }}", "Line 2", "'nothing' is undefined")]
    [InlineData("{{ messages[0].a.b }}", "'dict object' has no attribute 'a'")]
    [InlineData("{{ nothing() }}", "'nothing' is undefined")]
    [InlineData("{{ nothing + 1 }}", "'nothing' is undefined")]
    [InlineData("{{ 'a' + 1 }}", "str and int")]
    [InlineData("{{ 1 < 'a' }}", "int and str")]
    [InlineData("{{ [1, 'a']|sort }}", "'<' cannot take")]
    [InlineData("{{ 1 // 0 }}", "division by zero")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "64 bits")]
    [InlineData("{{ ','.join([1]) }}", "int")]
    [InlineData("{{ [1]|select|length }}", "generator")]
    [InlineData("{% for a, b in [(1, 2, 3)] %}{% endfor %}", "2 names cannot take 3 values")]
    [InlineData("{% for a in none %}{% endfor %}", "NoneType is not iterable")]
    [InlineData("{{ messages.append(1) }}", "sandbox")]
    [InlineData("{{ 'a'.replace('b') }}", "needs its argument 'new'")]
    [InlineData("{{ 'a'|trim(1, 2) }}", "at most 1")]
    [InlineData("{{ 'a'|trim(x=1) }}", "no argument 'x'")]
    [InlineData("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "'m' takes at most 1")]
    [InlineData("{% macro m(a) %}{% endmacro %}{{ m(b=2) }}", "no parameter 'b'")]
    [InlineData("{% set n = 1 %}{% set n.a = 2 %}", "'n' is no namespace")]
    [InlineData("{{ nothing|tojson }}", "'nothing' is undefined")]
    [InlineData("{{ '%s' % 1 }}", "not supported")]
    [InlineData("{{ '{:>3}'.format(1) }}", "not supported")]
    public void What_Jinja2_cannot_do_is_an_error_with_line_and_cause(string source, params string[] parts)
    {
        var error = Should.Throw<AttributionException>(() => ChatTemplate.Parse(source, "t.jinja").Render([new("user", "x")]));

        error.Code.ShouldBe(ErrorCodes.ChatTemplateEvaluation);
        error.File.ShouldBe("t.jinja");
        foreach (var part in parts)
            error.Message.ShouldContain(part);
    }

    [Theory]
    [InlineData("{{ 'a'|sparkle }}", "the filter 'sparkle' is not supported")]
    [InlineData("{{ 'a' is sparkling }}", "the test 'sparkling' is not supported")]
    public void An_unknown_filter_or_test_is_named_when_it_is_reached(string construct, string cause)
    {
        var template = ChatTemplate.Parse("{% if tools %}" + construct + "{% endif %}ok");

        template.Render([]).ShouldBe("ok");
        var error = Should.Throw<AttributionException>(() => template.Render([], variables: new Dictionary<string, object?> { ["tools"] = true }));
        error.Code.ShouldBe(ErrorCodes.ChatTemplateSyntax);
        error.Message.ShouldContain(cause);
    }

    [Fact]
    public void What_a_template_raises_is_said_in_its_own_words()
    {
        var error = Should.Throw<AttributionException>(() => ChatTemplate.Parse("{{ raise_exception('Roles must ' ~ 'alternate!') }}").Render([]));

        error.Code.ShouldBe(ErrorCodes.ChatTemplateRaised);
        error.Message.ShouldEndWith("Roles must alternate!");
    }

    [Theory]
    [InlineData("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}")]
    [InlineData("{{ range(1000000) }}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{{ 'x' * 999999999 }}")]
    [InlineData("{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}")]
    [InlineData("{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s.replace('x', 'xx') %}{% endfor %}")]
    [InlineData("{% set ns = namespace(s='x' * 999999) %}{% for i in range(99999) %}{{ ns.s }}{% endfor %}")]
    [InlineData("{% set ns = namespace(s='x' * 9999999) %}{% for i in range(99999) %}{% set t = ns.s.upper() %}{% endfor %}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l|tojson }}")]
    [InlineData("{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% "
        + "endfor %}{{ ns.a == ns.b }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(90000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{{ [1]|tojson(indent=999999999) }}")]
    public void A_template_that_never_ends_or_grows_without_end_is_stopped(string source)
    {
        var error = Should.Throw<AttributionException>(() => ChatTemplate.Parse(source).Render([]));

        error.Code.ShouldBe(ErrorCodes.ChatTemplateLimit);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    public void A_template_that_nests_without_end_is_refused(string open, string close)
    {
        var source = "{{ " + string.Concat(Enumerable.Repeat(open, 200_000)) + "1" + string.Concat(Enumerable.Repeat(close, 200_000)) + " }}";

        Should.Throw<AttributionException>(() => ChatTemplate.Parse(source).Render([])).Code.ShouldBe(ErrorCodes.ChatTemplateLimit);
    }

    [Fact]
    public void A_long_chain_of_operators_is_refused_when_it_is_evaluated()
    {
        var source = "{{ 1" + string.Concat(Enumerable.Repeat(" + 1", 200_000)) + " }}";

        Should.Throw<AttributionException>(() => ChatTemplate.Parse(source).Render([])).Code.ShouldBe(ErrorCodes.ChatTemplateLimit);
    }
}
