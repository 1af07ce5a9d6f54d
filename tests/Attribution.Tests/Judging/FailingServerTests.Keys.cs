using Attribution.Diagnostics;
using Attribution.Judging;
using Attribution.Judging.Chat;

namespace Attribution.Tests.Judging;

/// <summary>Endpoints and keys, and replies without end.</summary>
public sealed partial class FailingServerTests
{
    [Theory]
    [InlineData("ftp://example.org/v1")]
    [InlineData("https://user:sk-secret@example.org/v1")]
    [InlineData("https://example.org/v1?api-key=sk-secret")]
    public void An_endpoint_that_is_none_or_holds_a_key_is_refused_without_repeating_it(string endpoint)
    {
        var error = Should.Throw<AttributionException>(() => new OpenAIChatCompletion(new ChatOptions { Endpoint = new(endpoint) }, null));
        error.Code.ShouldBe(ErrorCodes.ChatEndpointInvalid);
        error.Message.ShouldNotContain("sk-secret");
    }

    [Fact]
    public void A_key_that_can_be_none_is_refused_without_repeating_it_and_none_has_a_text()
    {
        var error = Should.Throw<AttributionException>(() => ChatKey.Of("sk-secret and more"));
        (error.Code, error.Property).ShouldBe((ErrorCodes.ChatAccess, "OPENAI_API_KEY"));
        error.Message.ShouldNotContain("sk-secret");
        $"{ChatKey.Of(" sk-secret\n")}".ShouldNotContain("sk-secret");
        ChatKey.Of(" ").ShouldBeNull();
    }

    [Fact]
    public async Task Without_a_key_OpenAIs_own_endpoint_is_not_asked_and_a_server_that_is_not_there_is_named()
    {
        using var own = new OpenAIChatCompletion(new ChatOptions(), null);
        var error = await Should.ThrowAsync<AttributionException>(async () => await own.CompleteAsync(new ChatRequest([new("user", "Hello")])));
        (error.Code, error.Property).ShouldBe((ErrorCodes.ChatAccess, "OPENAI_API_KEY"));
        error.Message.ShouldContain(".env");

        var address = new Uri("http://127.0.0.1:9/v1"); // Nobody listens there.
        using var chat = new OpenAIChatCompletion(TestVerdicts.Options(address) with { MaxAttempts = 2 }, null);
        error = await Should.ThrowAsync<AttributionException>(async () => await chat.CompleteAsync(new ChatRequest([new("user", "Hello")])));
        error.Code.ShouldBe(ErrorCodes.ChatUnreachable);
        error.Message.ShouldContain($"judge-1 at 127.0.0.1:{address.Port}");
        chat.TokensSpent.ShouldBe(0);
    }

    [Fact]
    public async Task A_reply_without_end_is_refused_at_4_MB()
    {
        using var server = new ChatServer(_ => new ChatAct(200, "") { IsEndless = true });
        using var chat = new OpenAIChatCompletion(TestVerdicts.Options(server.Address), null);
        var error = await Should.ThrowAsync<AttributionException>(async () => await chat.CompleteAsync(new ChatRequest([new("user", "Hello")])));
        (error.Code, error.Property).ShouldBe((ErrorCodes.ChatRefused, "JudgeEndpoint"));
        error.Message.ShouldContain("more than 4 MB");
        // What is not read stays in the system's buffers, and then the server cannot send: this bounds what the client took as well.
        server.EndlessBytes.ShouldBeLessThan(64 << 20);
    }

    [Fact]
    public async Task A_reply_that_drips_ends_with_the_calls_own_time()
    {
        using var server = new ChatServer(_ => new ChatAct(200, "") { IsEndless = true, Pause = TimeSpan.FromMilliseconds(20) });
        using var chat = new OpenAIChatCompletion(TestVerdicts.Options(server.Address) with { Timeout = TimeSpan.FromMilliseconds(300), MaxAttempts = 2 },
            null);
        var error = await Should.ThrowAsync<AttributionException>(async () =>
            await chat.CompleteAsync(new ChatRequest([new("user", "Hello")])).AsTask().WaitAsync(TimeSpan.FromMinutes(2)));
        error.Code.ShouldBe(ErrorCodes.ChatUnreachable);
        error.Message.ShouldContain("no answer within 0.3 s");
    }

    [Theory]
    [InlineData("""{"choices":[{"message":{"content":"a\ud83db"}}]}""", "a\ufffdb")]
    [InlineData("""{"choices":[{"message":{"content":"a\uDC00\\\\ud800\ud83d\ude00"}}]}""", "a\ufffd\\\\ud800\ud83d\ude00")]
    [InlineData("""{"choices":[{"message":{"content":[{"type":"text","text":"a\ud83d"}]}}],"usage":null}""", "a\ufffd")]
    [InlineData("""{"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":"7","completion_tokens":null}}""", "a")]
    [InlineData("""{"choices":[{"message":{"content":"a"},"finish_reason":7}],"usage":[]}""", "a")]
    [InlineData("""{"error":{"message":"no \ud83d"}}""", null)]
    [InlineData("""{"error":"no \ud83d"}""", null)]
    public async Task Half_of_a_character_and_counts_that_are_none_crash_nothing(string body, string? text)
    {
        using var server = new ChatServer(_ => new ChatAct(200, body));
        using var chat = new OpenAIChatCompletion(TestVerdicts.Options(server.Address) with { MaxAttempts = 1 }, null);
        if (text is not null)
            (await chat.CompleteAsync(new ChatRequest([new("user", "Hello")]))).Text.ShouldBe(text);
        else
            (await Should.ThrowAsync<AttributionException>(async () => await chat.CompleteAsync(new ChatRequest([new("user", "Hello")]))))
                .Message.ShouldContain("no \ufffd");
    }

    [Fact]
    public void Bytes_that_are_no_text_are_replaced_and_others_are_left_alone()
    {
        byte[] broken = [.. "{\"a\":\""u8, 0xF0, 0x9F, .. "\"}"u8];
        System.Text.Json.JsonElement.Parse(DecodableJson.Of(broken).Span).GetProperty("a").GetString().ShouldBe("\ufffd");
        byte[] sound = [.. """{"a":"\ud83d\ude00 \\ud83d \u00e9"}"""u8];
        DecodableJson.Of(sound).Span.Overlaps(sound).ShouldBeTrue();
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("your key {1} is not valid")]
    [InlineData("Basic {2}")]
    [InlineData("got {3} and {4}")]
    [InlineData("key sk-te***...wxyz9, or sk-te...wxyz9")]
    [InlineData("hex {5}")]
    public async Task A_key_that_a_server_echoes_in_any_form_is_not_quoted_nor_kept(string said)
    {
        const string key = "sk-test4zKq83Lm02pQx7Yv-wxyz9";
        var bytes = System.Text.Encoding.ASCII.GetBytes(key);
        var text = string.Format(null, said, key, Convert.ToBase64String(bytes), Convert.ToBase64String([.. "u:"u8, .. bytes]), key[..14], key[14..],
            Convert.ToHexStringLower(bytes));
        var calls = 0;
        using var server = new ChatServer(_ => (calls++ % 4) switch
        {
            0 => ChatAct.Refuse(400, text),
            1 => ChatAct.Refuse(401, text),
            2 => new ChatAct(200, System.Text.Json.JsonSerializer.Serialize(new { error = text })),
            _ => ChatAct.Say(text),
        });
        using var chat = new OpenAIChatCompletion(TestVerdicts.Options(server.Address) with { MaxAttempts = 1 }, ChatKey.Of(key));
        for (var call = 0; call < 4; call++)
        {
            string shown;
            try
            {
                shown = (await chat.CompleteAsync(new ChatRequest([new("user", "Hello")]))).Text;
            }
            catch (AttributionException e)
            {
                shown = e.ToString();
            }
            foreach (var part in new[] { "4zKq83Lm", "2pQx7Yv-", "wxyz9", Convert.ToBase64String(bytes)[4..20],
                Convert.ToBase64String([.. "u:"u8, .. bytes])[8..24], Convert.ToHexStringLower(bytes)[10..30] })
                shown.ShouldNotContain(part);
        }
        calls.ShouldBe(4);
    }
}
