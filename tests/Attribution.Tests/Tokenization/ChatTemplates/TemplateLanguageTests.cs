using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization.ChatTemplates;

/// <summary>What Jinja2's documentation, and Python's where Jinja2 hands a thing to Python, says a template renders to.</summary>
public sealed class TemplateLanguageTests
{
    [Theory]
    [InlineData("{{ 'a' ~ 1 ~ none ~ true ~ 1.5 ~ nothing }}", "a1NoneTrue1.5")]
    [InlineData("{{ [1, 'a', none, true, 1.0, {'k': \"it's\"}, (1,), ()] }}", "[1, 'a', None, True, 1.0, {'k': \"it's\"}, (1,), ()]")]
    [InlineData("{{ ['\\n\\t\\\\é😀\\u200b', '\"\\''] }}", @"['\n\t\\é😀\u200b', '""\'']")]
    [InlineData("{{ 1e16 }} {{ 1e15 }} {{ 0.0001 }} {{ 0.00001 }} {{ 0.1 + 0.2 }} {{ -0.0 }}",
        "1e+16 1000000000000000.0 0.0001 1e-05 0.30000000000000004 -0.0")]
    [InlineData("{{ 1_000 }} {{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 1.5e-3 }}", "1000 31 3 15 0.0015")]
    [InlineData("{{ 'a' 'b' }} {{ 'x\\ty\\\\\\'\"\\u00e9\\x41\\101\\q' }}", "ab x\ty\\'\"éAA\\q")]
    public void Values_print_as_Python_prints_them(string template, string expected) => Render(template).ShouldBe(expected);

    [Theory]
    [InlineData("{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7 / 2 }} {{ 6 / 3 }} {{ 2 ** 3 }} {{ 2 ** -1 }} {{ -7.5 % 2 }}",
        "3 -4 2 -2 3.5 2.0 8 0.5 0.5")]
    [InlineData("{{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 1 ~ 2 * 3 }} {{ 2 * 3 ~ 4 }} {{ 2 - -1 }}", "64 4 16 64 3")]
    [InlineData("{{ 1 == 1.0 }} {{ true == 1 }} {{ [1] == (1,) }} {{ {'a': 1} == {'a': 1.0} }} {{ 'a' < 'b' }} {{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }}",
        "True True False True True True False")]
    [InlineData("{{ 'a' in 'abc' }} {{ 1 in [1] }} {{ 'k' in {'k': 1} }} {{ 'x' not in 'abc' }} {{ 1 in nothing }}", "True True True True False")]
    [InlineData("{{ [1] + [2] }} {{ 'a' * 3 }} {{ [0] * 2 }} {{ 'a' * -1 }}", "[1, 2] aaa [0, 0] ")]
    [InlineData("{{ not true }} {{ 1 and 2 }} {{ 0 or 'a' }} {{ not nothing is defined }} {{ [] or none }}", "False 2 a True None")]
    [InlineData("{{ 'a' if true else 'b' }} {{ 'a' if false }} {{ 'a' if 0 else 'b' if 0 else 'c' }}", "a  c")]
    public void Operators_follow_Python(string template, string expected) => Render(template).ShouldBe(expected);

    [Theory]
    [InlineData("{{ 3[:2] }}{{ none[1:] }}{{ {'a': 1}[::2] }}|", "|")]
    [InlineData("{{ 'abcdef'[1:4] }} {{ 'abcdef'[-2:] }} {{ 'abcdef'[:-1] }} {{ 'abcdef'[::2] }} {{ 'abc'[::-1] }} {{ 'abc'[10:] }}|",
        "bcd ef abcde ace cba |")]
    [InlineData("{{ 'a😀b'|length }} {{ 'a😀b'[1] }} {{ 'a😀b'[::-1] }} {{ 'a😀b'.find('b') }}", "3 😀 b😀a 2")]
    [InlineData("{{ [1, 2, 3][-1] }} {{ [1, 2, 3].1 }} {{ [1, 2, 3][5] }}|{{ {'a': 1}['b'] }}|{{ {'a': {'b': 2}}.a.b }}", "3 2 ||2")]
    [InlineData("{{ none.a is defined }} {{ 'x'.a is defined }} {{ {'items': 1}['items'] }} {{ {'items': 1}.items is callable }}", "False False 1 True")]
    public void Parts_are_reached_as_in_Jinja2(string template, string expected) => Render(template).ShouldBe(expected);

    [Theory]
    [InlineData("{{ ' a,b,,c '.split(',') }} {{ ' a  b '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ 'a b  c '.split(none, 1) }}",
        "[' a', 'b', '', 'c '] ['a', 'b'] ['a', 'b,c'] ['a,b', 'c'] ['a', 'b  c ']")]
    [InlineData("{{ 'xyaxy'.strip('xy') }}|{{ ' a '.lstrip() }}|{{ ' a '.rstrip() }}|{{ '\\n a'.lstrip('\\n') }}|{{ '\\u0085a\\u001f'.strip() }}",
        "a|a | a| a|a")]
    [InlineData("{{ 'abc'.startswith('a') }} {{ 'abc'.startswith(('x', 'a')) }} {{ 'abc'.endswith('b', 0, 2) }}", "True True True")]
    [InlineData("{{ 'aaa'.replace('a', 'b', 2) }} {{ 'a😀b'.replace('', '-') }} {{ \"it's me\".title() }} {{ 'abC'.capitalize() }} {{ ','.join(['a', 'b']) }}",
        "bba -a-😀-b- It'S Me Abc a,b")]
    [InlineData("{{ '{} {0}'.format }}{{ '{}-{}'.format(1, 'a') }} {{ '{1}{0}'.format(1, 2) }} {{ '{a}{{}}'.format(a=3) }}", "<function>1-a 21 3{}")]
    [InlineData("{{ 'a-b'.partition('-') }} {{ 'a\\r\\nb\\n'.splitlines() }} {{ '-42'.zfill(5) }} {{ 'aab'.count('a') }} {{ 'abc'.removeprefix('a') }}",
        "('a', '-', 'b') ['a', 'b'] -0042 2 bc")]
    [InlineData("{{ {'a': 1}.get('b', 3) }} {{ {'a': 1}.keys()|list }} {{ {'a': 1}.items() }} {{ [3, 4].index(4) }}", "3 ['a'] dict_items([('a', 1)]) 1")]
    public void Methods_are_those_of_Python(string template, string expected) => Render(template).ShouldBe(expected);

    [Theory]
    [InlineData("{{ nothing|default('d') }} {{ ''|default('d') }}|{{ ''|default('d', true) }} {{ none|trim }} {{ 'xax'|trim('x') }}", "d |d None a")]
    [InlineData("{{ \"it's-a (test)\"|title }} {{ 'AB'|lower }} {{ 'ab'|upper }} {{ 'aB'|capitalize }}", "It's-A (Test) ab AB Ab")]
    [InlineData("{{ [{'a': 1}, {'a': 2}]|map(attribute='a')|join('-') }} {{ ['a', 'b']|map('upper')|list }} {{ [{}]|map(attribute='a', default=9)|list }}",
        "1-2 ['A', 'B'] [9]")]
    [InlineData("{{ [1, 2, 3]|select('odd')|list }} {{ [1, 0]|select|list }} {{ [1, 2]|reject('equalto', 2)|list }}", "[1, 3] [1] [1]")]
    [InlineData("{{ none|selectattr('a')|list }}{{ none|rejectattr('a', 'none')|list }}{{ none|select|list }}{{ none|reject('odd')|list }}{{ "
        + "none|map('upper')|list }}{{ none|map(attribute='a')|list }}", "[][][][][][]")]
    [InlineData("{{ 0|selectattr('a')|list }}{{ 0|rejectattr('a', 'none')|list }}{{ 0|select|list }}{{ 0|reject('odd')|list }}{{ 0|map('upper')|list }}{{ "
        + "0|map(attribute='a')|list }}", "[][][][][][]")]
    [InlineData("{{ false|selectattr('a')|list }}{{ false|rejectattr('a', 'none')|list }}{{ false|select|list }}{{ false|reject('odd')|list }}{{ "
        + "false|map('upper')|list }}{{ false|map(attribute='a')|list }}", "[][][][][][]")]
    [InlineData("{{ ''|selectattr('a')|list }}{{ ''|rejectattr('a', 'none')|list }}{{ ''|select|list }}{{ ''|reject('odd')|list }}{{ ''|map('upper')|list "
        + "}}{{ ''|map(attribute='a')|list }}", "[][][][][][]")]
    [InlineData("{{ x|selectattr('a')|list }}{{ x|rejectattr('a', 'none')|list }}{{ x|select|list }}{{ x|reject('odd')|list }}{{ x|map('upper')|list }}{{ "
        + "x|map(attribute='a')|list }}", "[][][][][][]")]
    [InlineData("{{ [{'a': 1}, {}]|selectattr('a', 'defined')|list }} {{ [{'a': 1}, {'a': 3}]|rejectattr('a', 'in', [1])|list }}", "[{'a': 1}] [{'a': 3}]")]
    [InlineData("{% if []|select %}a generator is true{% endif %}", "a generator is true")]
    [InlineData("{{ ['b', 'A', 'c']|sort }} {{ ['b', 'A']|sort(case_sensitive=true) }} {{ [1, 2]|sort(reverse=true) }} {{ [{'k': 2}, {'k': "
        + "1}]|sort(attribute='k') }}", "['A', 'b', 'c'] ['A', 'b'] [2, 1] [{'k': 1}, {'k': 2}]")]
    [InlineData("{{ ['a', 'A', 'b']|unique|list }} {{ [1, 2]|first }} {{ [1, 2]|last }} {{ []|first }}| {{ {'b': 1, 'A': 2}|dictsort "
        + "}} {{ {'a': 1}|items|list }}", "['a', 'b'] 1 2 | [('A', 2), ('b', 1)] [('a', 1)]")]
    [InlineData("{{ 'a\nb\n\nc'|indent(2) }}|{{ 'a\nb'|indent(1, true) }}", "a\n  b\n\n  c| a\n b")]
    [InlineData("{{ '42.7'|int }} {{ 'x'|int(5) }} {{ true|int }} {{ '1.5'|float }} {{ 2.5|round }} {{ 42.55|round(1) }} {{ -5|abs }}",
        "42 5 1 1.5 2.0 42.5 5")]
    [InlineData("{{ [1, 2]|sum }} {{ [2, 1]|min }} {{ [1, 2, 3]|batch(2)|list }} {{ 'abc'|reverse }} {{ '<&>'|e }} {{ '<'|safe }}",
        "3 1 [[1, 2], [3]] cba &lt;&amp;&gt; <")]
    public void Filters_are_those_of_Jinja2(string template, string expected) => Render(template).ShouldBe(expected);

    [Theory]
    [InlineData("{{ {'a': [1, 2.0, none, true, 'é\"\\n<>&']}|tojson }}", "{\"a\": [1, 2.0, null, true, \"é\\\"\\n<>&\"]}")]
    [InlineData("{{ {'b': [1, {}], 'a': []}|tojson(indent=2) }}", "{\n  \"b\": [\n    1,\n    {}\n  ],\n  \"a\": []\n}")]
    [InlineData("{{ 'é😀'|tojson(ensure_ascii=true) }} {{ {'b': 1, 'a': 2}|tojson(sort_keys=true) }} {{ [1, 2]|tojson(separators=(',', ':')) }}",
        "\"\\u00e9\\ud83d\\ude00\" {\"a\": 2, \"b\": 1} [1,2]")]
    public void Json_is_written_as_Pythons_dumps_writes_it_without_HTML_escapes(string template, string expected) => Render(template).ShouldBe(expected);

    [Theory]
    [InlineData("{{ 1 is number }} {{ true is number }} {{ true is integer }} {{ 'a' is string }} {{ {} is mapping }} {{ {} is sequence }} {{ 'a' is "
        + "iterable }} {{ 1 is iterable }}", "True True False True True True True False")]
    [InlineData("{{ nothing is defined }} {{ none is none }} {{ none is defined }} {{ 1 is not none }} {{ 3 is odd }} {{ 4 is divisibleby 2 }} {{ 1 is in "
        + "[1] }} {{ 1 is true }} {{ 1 is eq 1 }}", "False True True True True True True False True")]
    public void Tests_are_those_of_Jinja2(string template, string expected) => Render(template).ShouldBe(expected);

    [Theory]
    [InlineData("{% for i in 'ab' %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem "
        + "}}{{ loop.nextitem }};{% endfor %}", "102TrueFalse2b;211FalseTrue2a;")]
    [InlineData("{% for i in [1, 2, 3, 4] if i is even %}{{ i }}{{ loop.last }}{% endfor %}{% for i in [] %}{% else %}none{% endfor %}", "2False4Truenone")]
    [InlineData("{% for i in range(9) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "02")]
    [InlineData("{% for k, v in {'a': 1}.items() %}{{ k }}={{ v }}{% endfor %}{% for (a, b), c in [((1, 2), 3)] %}{{ a + b + c }}{% endfor %}", "a=16")]
    [InlineData("{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}{% if true %}{% set x = 5 %}{% endif %}{{ x }}",
        "1212" + "15")]
    [InlineData("{% set ns = namespace(n=1) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}{{ ns.other is defined }}", "4False")]
    [InlineData("{% set ns = namespace(found=false) %}{% for i in [1, 2] if not ns.found %}{{ i }}{% set ns.found = true %}{% endfor %}", "1")]
    [InlineData("{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set t %}x{{ a }}{% endset %}{{ t }}{% set u | upper %}y{% endset %}{{ u }}", "12x1Y")]
    [InlineData("{% macro m(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ m(1) }} {{ m(b=3, a=7) }} {{ m() }}", "1-2 7-3 -2")]
    [InlineData("{% macro m(n) %}{{ n }}{% if n %}{{ m(n - 1) }}{% endif %}{{ late }}{% endmacro %}{% set late = '.' %}{{ m(2) }}", "210...")]
    [InlineData("{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, k=2) }}{% macro d() %}<{{ caller('x') }}>{% endmacro %}{% call(u) "
        + "d() %}[{{ u }}]{% endcall %}", "(1,){'k': 2}<[x]>")]
    [InlineData("{% filter upper %}a{{ 1 }}{% endfilter %}{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a is defined }}{% "
        + "generation %}g{% endgeneration %}", "A13Falseg")]
    public void Statements_and_their_scopes_are_those_of_Jinja2(string template, string expected) => Render(template).ShouldBe(expected);

    [Theory]
    [InlineData("{% if true %}\n  a\n  {% if true %}b{% endif %}\n\n  {{ 'c' }}\n{% endif %}\n", "  a\nb\n  c\n")]
    [InlineData("x  {%- if true -%}  y  {%- endif -%}  z", "xyz")]
    [InlineData("x\n  {%+ if true +%}\ny{% endif %}", "x\n  \ny")]
    [InlineData("  {{- 'a' -}}  \n b", "ab")]
    [InlineData("a {#- no -#} b {# no #}\n c", "ab  c")]
    [InlineData("{% raw %}{{ x }}{% if %}{% endraw %}|", "{{ x }}{% if %}|")]
    [InlineData("a\r\nb\rc\n\n", "a\nb\nc\n")]
    [InlineData("{{ {'a': {}} }}{{ '}}' }}", "{'a': {}}}}")]
    public void White_space_is_stripped_as_trim_blocks_and_lstrip_blocks_say(string template, string expected) => Render(template).ShouldBe(expected);

    [Fact]
    public void The_clock_tells_the_time_it_is_given() =>
        ChatTemplate.Parse("{{ strftime_now('%d %b %Y, %-H:%M') }}").Render([], now: new DateTime(2024, 7, 6, 9, 5, 0)).ShouldBe("06 Jul 2024, 9:05");

    [Fact]
    public void Tools_and_documents_are_None_unless_they_are_given() =>
        ChatTemplate.Parse("{{ tools is none }}{{ documents is none }}{{ other is defined }}").Render([]).ShouldBe("TrueTrueFalse");

    [Fact]
    public void Variables_may_be_plain_values_lists_and_dictionaries() =>
        ChatTemplate.Parse("{{ a }}{{ b.c[1] }}").Render([], variables: new Dictionary<string, object?>
        {
            ["a"] = 7,
            ["b"] = new Dictionary<string, object?> { ["c"] = new[] { "x", "y" } },
        }).ShouldBe("7y");

    private static string Render(string template) => ChatTemplate.Parse(template).Render([]);
}
