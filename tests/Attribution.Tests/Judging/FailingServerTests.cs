using System.Collections.Concurrent;
using System.Diagnostics;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Evaluation;
using Attribution.Judging;
using Attribution.Judging.Chat;

namespace Attribution.Tests.Judging;

/// <summary>Against a server that fails in every way there is: nothing is lost, nothing is paid twice.</summary>
public sealed partial class FailingServerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task All_verdicts_complete_none_is_paid_twice_and_order_and_metrics_are_those_of_a_clean_run()
    {
        const int count = 400;
        using var clean = new ChatServer(call => ChatAct.Say(TestVerdicts.Of(call)));
        var expected = await JudgeAsync("clean", clean, count);

        var tries = new ConcurrentDictionary<string, int>();
        var good = new ConcurrentDictionary<string, int>();
        var (calls, hanging) = (0, 0);
        using var failing = new ChatServer(call =>
        {
            var number = Interlocked.Increment(ref calls);
            if (number is > 100 and < 160)
                return ChatAct.Refuse(429, "slow down", "rate_limit_exceeded", ("retry-after-ms", "15"));
            var text = TestVerdicts.TextOf(call);
            var attempt = tries.AddOrUpdate(text, 1, (_, n) => n + 1);
            var kind = text.Sum(c => c) % 40;
            // Every answer fails once in its own way, and one in ten a second time.
            var fails = attempt == 1 || (attempt == 2 && kind % 10 == 0);
            // Two, because each costs the client's patience.
            if (fails && kind == 1 && Interlocked.Increment(ref hanging) <= 2)
                return new ChatAct(200, "") { Hangs = true };
            if (fails && kind < 9)
                return ChatAct.Refuse(500 + (kind % 5), "the server is unwell");
            if (fails && kind < 15)
                return ChatAct.Say(TestVerdicts.Of(call)) with { CutAfter = kind * 11 };
            if (fails && kind < 20)
                return new ChatAct(200, kind % 2 == 0 ? "{\"choices\": [" : "<html>busy</html>");
            if (fails && kind < 24)
                return ChatAct.Refuse(kind % 2 == 0 ? 408 : 409, "try again");
            if (fails && kind < 28)
                return ChatAct.Say("""{"verdict": "fine", "points": 2}""");
            if (fails && kind < 31)
                return ChatAct.Refuse(429, "slow down", "", ("Retry-After", "0"));
            good.AddOrUpdate(text, 1, (_, n) => n + 1);
            return ChatAct.Say(TestVerdicts.Of(call)) with { Pause = TimeSpan.FromMilliseconds(kind > 36 ? 30 : 0) };
        });
        // Longer than a busy machine takes to answer.
        var patience = TimeSpan.FromSeconds(5);
        var got = await JudgeAsync("failing", failing, count, patience);

        hanging.ShouldBeGreaterThanOrEqualTo(2);
        TestVerdicts.Lines(got).ShouldBe(TestVerdicts.Lines(expected));
        got.Scores.Judged.ShouldBe(count);
        good.Count.ShouldBe(count);
        good.Values.ShouldAllBe(n => n == 1);

        var before = calls;
        TestVerdicts.Lines(await JudgeAsync("failing", failing, count)).ShouldBe(TestVerdicts.Lines(expected));
        calls.ShouldBe(before);
    }

    [Fact]
    public async Task A_verdict_that_cannot_be_read_is_asked_for_once_more_and_then_kept_as_unjudged_with_its_text()
    {
        using var server = new ChatServer(call => ChatAct.Say(TestVerdicts.TextOf(call).StartsWith("Answer 3 ")
            ? "I would rather not say." : TestVerdicts.Of(call)));
        var judged = await JudgeAsync("store", server, 10);
        judged.Scores.Unjudged.ShouldBe(1);
        var (_, _, verdict) = judged.Rows.Single(r => r.Verdict.Score is null);
        verdict.Raw.ShouldBe("I would rather not say.");
        verdict.Rationale.ShouldContain("I would rather not say.");
        server.Calls.Count.ShouldBe(11);
        server.Calls.Last(c => TestVerdicts.TextOf(c).StartsWith("Answer 3 ")).Messages[^2].Content.ShouldBe("I would rather not say.");

        (await JudgeAsync("store", server, 10)).Scores.Unjudged.ShouldBe(1);
        server.Calls.Count.ShouldBe(11);
    }

    [Fact]
    public async Task A_server_that_knows_no_response_format_is_asked_without_it_from_then_on()
    {
        using var server = new ChatServer(call => call.HasFormat
            ? ChatAct.Refuse(400, "response_format is not supported by this model") : ChatAct.Say($"My verdict:\n```json\n{TestVerdicts.Of(call)}\n```"));
        using var store = new ArtifactStore(_folder["store"]);
        using var chat = new StoredChatCompletion(new OpenAIChatCompletion(TestVerdicts.Options(server.Address) with { Concurrency = 1 }, null), store);
        (await TestVerdicts.JudgeAsync(chat, 10)).Scores.Judged.ShouldBe(10);
        server.Calls.Count(c => c.HasFormat).ShouldBe(1);
        server.Calls.Count.ShouldBe(11);
    }

    [Fact]
    public async Task A_server_that_knows_only_max_tokens_and_no_seed_is_given_what_it_knows()
    {
        using var server = new ChatServer(call =>
            call.Body.TryGetProperty("max_completion_tokens", out _) ? ChatAct.Refuse(422, "extra fields: max_completion_tokens")
            : call.Body.TryGetProperty("seed", out _) ? ChatAct.Refuse(400, "Unrecognized request argument supplied: seed")
            : ChatAct.Say(TestVerdicts.Of(call)));
        (await JudgeAsync("store", server, 4)).Scores.Judged.ShouldBe(4);
        var last = server.Calls.Last().Body;
        last.GetProperty("max_tokens").GetInt32().ShouldBeGreaterThan(100);
        (last.GetProperty("temperature").GetDouble(), last.GetProperty("model").GetString()).ShouldBe((0, "judge-1"));
    }

    [Theory]
    [InlineData(401, "", ErrorCodes.ChatAccess, "does not accept the key of OPENAI_API_KEY")]
    [InlineData(403, "", ErrorCodes.ChatAccess, "may not use this model")]
    [InlineData(402, "", ErrorCodes.ChatAccess, "asks for payment")]
    [InlineData(429, "insufficient_quota", ErrorCodes.ChatAccess, "no credit or quota left")]
    [InlineData(404, "model_not_found", ErrorCodes.ChatRefused, "Check JudgeModel")]
    [InlineData(400, "", ErrorCodes.ChatRefused, "refused a call (400)")]
    [InlineData(307, "", ErrorCodes.ChatEndpointInvalid, "redirects elsewhere")]
    [InlineData(500, "", ErrorCodes.ChatUnreachable, "the endpoint answered 500")]
    public async Task What_no_retry_mends_is_an_error_with_advice_and_without_the_key(int status, string code, string expected, string text)
    {
        const string key = "sk-secret-of-a-test";
        using var server = new ChatServer(call => ChatAct.Refuse(status, $"bad call with {call.Authorization}", code, ("Location", "http://127.0.0.1:9/")));
        using var chat = new OpenAIChatCompletion(TestVerdicts.Options(server.Address) with { MaxAttempts = 3 }, ChatKey.Of(key));
        var error = await Should.ThrowAsync<AttributionException>(async () => await chat.CompleteAsync(new ChatRequest([new("user", "Hello")])));
        error.Code.ShouldBe(expected);
        error.Message.ShouldContain(text);
        error.ToString().ShouldNotContain(key);
        server.Calls.Count.ShouldBe(status == 500 ? 3 : 1);
        server.Calls.First().Authorization.ShouldBe($"Bearer {key}");
    }

    [Fact]
    public async Task While_the_server_asks_to_wait_no_call_is_made_and_afterwards_fewer_at_once()
    {
        var clock = new Stopwatch();
        var early = 0;
        using var server = new ChatServer(call =>
        {
            if (!clock.IsRunning)
            {
                clock.Start();
                return ChatAct.Refuse(429, "wait", "", ("retry-after-ms", "3000"));
            }
            // Those that were on their way when it began to ask.
            if (clock.ElapsedMilliseconds is > 2000 and < 2990)
                Interlocked.Increment(ref early);
            return ChatAct.Say(TestVerdicts.Of(call));
        });
        using var client = new OpenAIChatCompletion(TestVerdicts.Options(server.Address), null);
        (await TestVerdicts.JudgeAsync(client, 60)).Scores.Judged.ShouldBe(60);
        early.ShouldBe(0);
        client.ConcurrencyNow.ShouldBeLessThan(16);
    }

    [Fact]
    public async Task The_budget_is_never_passed_what_was_bought_is_kept_and_the_rest_is_bought_later()
    {
        using var server = new ChatServer(call => ChatAct.Say(TestVerdicts.Of(call), inputTokens: 900, outputTokens: 100));
        using var store = new ArtifactStore(_folder["store"]);
        const int budget = 60_000;
        using (var chat = new StoredChatCompletion(new OpenAIChatCompletion(TestVerdicts.Options(server.Address) with { BudgetTokens = budget }, null), store))
        {
            var error = await Should.ThrowAsync<AttributionException>(() => TestVerdicts.JudgeAsync(chat, 100));
            (error.Code, error.Property).ShouldBe((ErrorCodes.ChatBudget, "JudgeBudgetTokens"));
            chat.AskedTokens.ShouldBe(1000 * server.Calls.Count);
            // The last call that might still fit is made: what it can cost at most is a tenth of this.
            chat.AskedTokens.ShouldBeInRange(budget - 12_000, budget);
        }
        var bought = server.Calls.Count;
        using var more = new StoredChatCompletion(new OpenAIChatCompletion(TestVerdicts.Options(server.Address), null), store);
        JudgeCost.Of(TestVerdicts.Prompt, more, TestVerdicts.Answers(100).Select(a => new JudgeRequest(a.Prompt, a.Text))).Calls.ShouldBe(100 - bought);
        (await TestVerdicts.JudgeAsync(more, 100)).Scores.Judged.ShouldBe(100);
        server.Calls.Count.ShouldBe(100);
    }

    [Fact]
    public async Task What_is_under_way_when_the_caller_cancels_may_end_and_is_kept()
    {
        using var cancel = new CancellationTokenSource();
        var calls = 0;
        using var server = new ChatServer(call =>
        {
            if (Interlocked.Increment(ref calls) == 10)
                cancel.Cancel();
            return ChatAct.Say(TestVerdicts.Of(call)) with { Pause = TimeSpan.FromMilliseconds(120) };
        });
        using var store = new ArtifactStore(_folder["store"]);
        using var chat = new StoredChatCompletion(new OpenAIChatCompletion(TestVerdicts.Options(server.Address), null), store);
        await Should.ThrowAsync<OperationCanceledException>(() => TestVerdicts.JudgeAsync(chat, 100, cancel.Token));
        var paid = server.Answered.Count;
        paid.ShouldBeInRange(1, 40);
        await TestVerdicts.JudgeAsync(chat, 100);
        server.Calls.Select(TestVerdicts.TextOf).Count().ShouldBe(100);
    }

    [Fact]
    public async Task Two_at_once_pay_once()
    {
        using var server = new ChatServer(call => ChatAct.Say(TestVerdicts.Of(call)) with { Pause = TimeSpan.FromMilliseconds(5) });
        var both = await Task.WhenAll(JudgeAsync("store", server, 100), JudgeAsync("store", server, 100));
        TestVerdicts.Lines(both[0]).ShouldBe(TestVerdicts.Lines(both[1]));
        server.Calls.Count.ShouldBe(100);
    }

    [Fact]
    public async Task The_limit_is_halved_once_for_all_calls_that_were_under_way_and_grows_by_one_per_round()
    {
        var limit = new AdaptiveLimit(40);
        var entered = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => limit.EnterAsync(default)));
        using var impatient = new CancellationTokenSource(10);
        await Should.ThrowAsync<OperationCanceledException>(() => limit.EnterAsync(impatient.Token));
        foreach (var call in entered)
            limit.Throttled(call, null);
        limit.Current.ShouldBe(20);
        for (var i = 0; i < 21; i++)
        {
            await limit.EnterAsync(default);
            limit.Succeeded();
        }
        limit.Current.ShouldBe(21);
        for (var i = 0; i < 10; i++)
            limit.Throttled(await limit.EnterAsync(default), null);
        limit.Current.ShouldBe(1);
    }

    private async Task<JudgedEvaluation> JudgeAsync(string store, ChatServer server, int count, TimeSpan? patience = null)
    {
        var options = TestVerdicts.Options(server.Address);
        using var kept = new ArtifactStore(_folder[store]);
        options = options with { Timeout = patience ?? options.Timeout };
        using var chat = new StoredChatCompletion(new OpenAIChatCompletion(options, ChatKey.Of("sk-test")), kept);
        return await TestVerdicts.JudgeAsync(chat, count);
    }
}
