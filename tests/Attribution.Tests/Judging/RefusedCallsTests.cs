using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Attribution.Diagnostics;
using Attribution.Judging;
using Attribution.Judging.Chat;

namespace Attribution.Tests.Judging;

/// <summary>What endpoints say when they refuse a call: whether a retry helps, and whether the next calls must be others.</summary>
public sealed class RefusedCallsTests
{
    private static readonly ChatRequest Hello = new([new("user", "Hello")]);

    [Theory]
    [InlineData("""{"error":{"code":429,"message":"Rate limit exceeded"}}""")]
    [InlineData("""{"choices":[{"error":{"code":502,"message":"Upstream error"},"message":{"content":""},"finish_reason":"error"}]}""")]
    public async Task A_passing_error_inside_of_a_reply_is_one_that_a_retry_helps(string body)
    {
        var calls = 0;
        using var server = new ChatServer(_ => Interlocked.Increment(ref calls) == 1 ? new ChatAct(200, body) : ChatAct.Say("Hi."));
        using var chat = new OpenAIChatCompletion(TestVerdicts.Options(server.Address), null);
        (await chat.CompleteAsync(Hello)).Text.ShouldBe("Hi.");
        calls.ShouldBe(2);
    }

    [Fact]
    public async Task A_limit_too_large_for_one_conversation_stays_in_all_calls_and_leaves_that_one_unjudged()
    {
        var limits = new ConcurrentQueue<int?>();
        using var server = new ChatServer(call =>
        {
            limits.Enqueue(call.Body.TryGetProperty("max_completion_tokens", out var limit) ? limit.GetInt32() : null);
            return limits.Last() > 2048
                ? ChatAct.Refuse(400, $"'max_tokens' or 'max_completion_tokens' is too large: {limits.Last()}. The maximum context length is 2048 tokens.")
                : Cut("I think");
        });
        using var chat = new OpenAIChatCompletion(TestVerdicts.Options(server.Address), null);
        var judge = new LlmJudge(chat, TestVerdicts.Prompt);
        for (var i = 0; i < 2; i++)
        {
            var verdict = await judge.JudgeAsync(new JudgeRequest("Question?", "Answer."), default);
            verdict.Score.ShouldBeNull();
            verdict.Rationale.ShouldContain("is too large");
        }
        limits.Count.ShouldBe(4);
        limits.ShouldAllBe(limit => limit != null);
    }

    [Fact]
    public async Task Another_refusal_after_a_cut_reply_is_an_error()
    {
        using var server = new ChatServer(call => call.Body.GetProperty("max_completion_tokens").GetInt32() > 2048
            ? ChatAct.Refuse(404, "no such model") : Cut("I think"));
        using var chat = new OpenAIChatCompletion(TestVerdicts.Options(server.Address), null);
        var error = await Should.ThrowAsync<AttributionException>(async () =>
            await new LlmJudge(chat, TestVerdicts.Prompt).JudgeAsync(new JudgeRequest("Question?", "Answer."), default));
        error.Code.ShouldBe(ErrorCodes.ChatRefused);
    }

    [Fact]
    public async Task Where_thoughts_took_all_tokens_the_model_gets_more_room()
    {
        var calls = 0;
        using var server = new ChatServer(call => Interlocked.Increment(ref calls) == 1
            ? ChatAct.Refuse(400, "Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens.")
            : ChatAct.Say(TestVerdicts.Of(call)));
        using var chat = new OpenAIChatCompletion(TestVerdicts.Options(server.Address), null);
        (await new LlmJudge(chat, TestVerdicts.Prompt).JudgeAsync(new JudgeRequest("Question?", "Answer."), default)).Score.ShouldNotBeNull();
        calls.ShouldBe(2);
        chat.TokensSpent.ShouldBeGreaterThan(740, "the thoughts are charged too");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("Mon, 30 Nov 2020 00:00:00 GMT")]
    public async Task An_endpoint_that_asks_for_no_wait_gets_the_growing_ones(string asked)
    {
        using var server = new ChatServer(_ => ChatAct.Refuse(429, "slow down", "", ("Retry-After", asked)));
        var options = TestVerdicts.Options(server.Address) with { MaxAttempts = 6, RetryDelay = TimeSpan.FromMilliseconds(4) };
        using var chat = new OpenAIChatCompletion(options, null);
        var watch = Stopwatch.StartNew();
        (await Should.ThrowAsync<AttributionException>(async () => await chat.CompleteAsync(Hello))).Code.ShouldBe(ErrorCodes.ChatUnreachable);
        // 4, 8, 16, 32 and 64 ms at least.
        watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(120));
    }

    [Theory]
    [InlineData("http://alice:s3cretpw@proxy.example:8080", "s3cretpw")]
    [InlineData("alice:p%40ss:word@proxy.example:8080", "p%40ss:word")]
    [InlineData("http://alice@proxy.example:8080", null)]
    [InlineData("http://proxy.example:8080", null)]
    [InlineData("", null)]
    public void The_password_of_a_proxy_is_one_that_is_hidden(string address, string? password) => KnownSecrets.PasswordOf(address).ShouldBe(password);

    private static ChatAct Cut(string text) => new(200, JsonSerializer.Serialize(new
    {
        choices = new[] { new { message = new { role = "assistant", content = text }, finish_reason = "length" } },
        usage = new { prompt_tokens = 10, completion_tokens = 400 },
    }));
}
