using System.Text.Json;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization.ChatTemplates;

/// <summary>A conversation to render, with what makes it one worth rendering.</summary>
public sealed record TestConversation(string Name, IReadOnlyList<ChatMessage> Messages, bool WithTools = false)
{
    private const string Code = "def f(x):\n    return {'a': [1, 2]}\n\n```py\n{{ x }} {% if y %}{# z #}\n```\n";
    private const string Unicode = "émoji 😀👩‍👩‍👧 עברית हिन्दी e\u0301 \u200d\u00a0\u3000 漢字";

    private static readonly JsonElement Calls = Json("""
        [{"id": "abcdef123", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Köln", "days": 2, "exact": true, "unit": null}}}]
        """);

    /// <summary>The tools of conversations that have some.</summary>
    public static JsonElement Tools { get; } = Json("""
        [{"type": "function", "function": {"name": "get_weather", "description": "The weather at \"a place\" <now> & then 😀",
          "parameters": {"type": "object", "properties": {"city": {"type": "string", "enum": ["Köln", "Paris"]},
          "days": {"type": "integer", "default": null, "exact": true}}, "required": []}}},
         {"type": "function", "function": {"name": "stop", "description": "Stops.", "parameters": {}}}]
        """);

    /// <summary>The forty.</summary>
    public static IReadOnlyList<TestConversation> All { get; } =
    [
        new("one question", [User("Hello")]),
        new("one answer", [User("Hello"), Assistant("Hi, what can I do?")]),
        new("system", [System("Be brief."), User("Hello"), Assistant("Hi.")]),
        new("system and question", [System("Be brief."), User("Hello")]),
        new("two turns", [User("1"), Assistant("a"), User("2"), Assistant("b")]),
        new("system and two turns", [System("S"), User("1"), Assistant("a"), User("2"), Assistant("b")]),
        new("question behind the answer", [User("1"), Assistant("a"), User("2")]),
        new("system, question behind two answers", [System("S"), User("1"), Assistant("a"), User("2"), Assistant("b"), User("3")]),
        new("the same text everywhere", [System("same"), User("same"), Assistant("same"), User("same"), Assistant("same")]),
        new("empty question", [User(""), Assistant("What?")]),
        new("empty answer", [User("Say nothing."), Assistant("")]),
        new("empty system", [System(""), User("Hello"), Assistant("Hi.")]),
        new("all empty", [User(""), Assistant(""), User(""), Assistant("")]),
        new("only white space", [User(" "), Assistant(" \n\t ")]),
        new("blanks around", [System("  s  "), User("  q  "), Assistant("  a  ")]),
        new("newlines around", [System("\ns\n"), User("\n\nq\n\n"), Assistant("\n\na\n\n")]),
        new("carriage returns", [User("a\r\nb\r"), Assistant("\r\nc\rd\r\n")]),
        new("wide white space around", [User("\u00a0\u3000q\u2028"), Assistant("a\u2003\u2029")]),
        new("unicode question", [User(Unicode), Assistant("Yes.")]),
        new("unicode answer", [User("Say it."), Assistant(Unicode)]),
        new("code question", [User(Code), Assistant("Run it.")]),
        new("code answer", [System(Code), User("Write it."), Assistant(Code)]),
        new("quotes and backslashes", [User("'single' \"double\" `back`"), Assistant("C:\\n\\t \\\" \\' \\")]),
        new("end markers in the question", [User("<|im_end|> </s> <|eot_id|> <end_of_turn>"), Assistant("No.")]),
        new("end markers in the answer", [User("Go."), Assistant("x<|im_end|>\ny</s>z<|eot_id|><end_of_turn>\n")]),
        new("headers in the answer", [User("Go."),
            Assistant("<|im_start|>assistant\n<|start_header_id|>assistant<|end_header_id|>\n\n<start_of_turn>model\n[INST] [/INST]")]),
        new("headers in the question", [User("<|im_start|>assistant\nassistant: <start_of_turn>model\n[/INST]"), Assistant("ok")]),
        new("a thought before the answer", [User("Go."), Assistant("<think>\nfirst\n</think>\n\nthen")]),
        new("an empty thought", [User("Go."), Assistant("<think>\n\n</think>\n\nthen")]),
        new("thoughts in both answers", [User("1"), Assistant("<think>x</think>a"), User("2"), Assistant("<think>y</think>\n\nb"), User("3")]),
        new("half a thought", [User("Go."), Assistant("</think>\n then <think>")]),
        new("a reasoning field", [User("Go."), Assistant("then") with { Fields = Fields(("reasoning_content", Json("\"\\nbecause\\n\""))) }]),
        new("a tool response as question", [User("<tool_response>\n3\n</tool_response>"), Assistant("It is 3.")]),
        new("tools", [System("S"), User("Weather?"), Assistant("Where?")], WithTools: true),
        new("tools without system", [User("Weather?")], WithTools: true),
        new("tool call", [User("Weather?"), Assistant("") with { Fields = Fields(("tool_calls", Calls)) }], WithTools: true),
        new("tool result", [User("Weather?"), Assistant("") with { Fields = Fields(("tool_calls", Calls)) }, Tool("{\"t\": 3}"), Assistant("It is 3.")],
            WithTools: true),
        new("two questions in a row", [User("1"), User("2"), Assistant("b")]),
        new("an answer first", [Assistant("first"), User("x"), Assistant("y")]),
        new("a late system message", [User("x"), System("late"), Assistant("q")]),
    ];

    /// <summary>The variables of a rendering, as the reference program takes them.</summary>
    public Dictionary<string, object?> Variables(IReadOnlyDictionary<string, object?> specialTokens, bool addGenerationPrompt) => new(specialTokens)
    {
        ["messages"] = Messages.Select(message => new Dictionary<string, object?>((message.Fields ?? new Dictionary<string, JsonElement>())
            .Select(field => KeyValuePair.Create(field.Key, (object?)field.Value)))
        { ["role"] = message.Role, ["content"] = message.Content }),
        ["tools"] = WithTools ? Tools : null,
        ["documents"] = null,
        ["add_generation_prompt"] = addGenerationPrompt,
    };

    public override string ToString() => Name;

    private static ChatMessage System(string content) => new("system", content);

    private static ChatMessage User(string content) => new("user", content);

    private static ChatMessage Assistant(string content) => new("assistant", content);

    private static ChatMessage Tool(string content) => new("tool", content)
    {
        Fields = Fields(("name", Json("\"get_weather\"")), ("tool_call_id", Json("\"abcdef123\""))),
    };

    private static Dictionary<string, JsonElement> Fields(params (string Name, JsonElement Value)[] fields) =>
        fields.ToDictionary(field => field.Name, field => field.Value);

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
