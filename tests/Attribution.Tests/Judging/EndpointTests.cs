using System.Text.Json;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Evaluation;
using Attribution.Judging;
using Attribution.Judging.Chat;

namespace Attribution.Tests.Judging;

/// <summary>What judging models and their endpoints do that is neither a verdict nor a failure in passing.</summary>
public sealed class EndpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_that_takes_no_temperature_and_neither_limit_is_asked_without_them_from_then_on()
    {
        using var server = new ChatServer(call =>
            call.Body.TryGetProperty("temperature", out _) ? ChatAct.Refuse(400, "Unsupported value: 'temperature' does not support 0 with this model.",
                "unsupported_value")
            : call.Body.TryGetProperty("max_completion_tokens", out _) ? ChatAct.Refuse(400, "Unknown parameter: 'max_completion_tokens'.")
            : call.Body.TryGetProperty("max_tokens", out _) ? ChatAct.Refuse(422, "extra_forbidden: max_tokens")
            : ChatAct.Say(TestVerdicts.Of(call)));
        using var chat = Chat(server);
        (await TestVerdicts.JudgeAsync(chat, 5)).Scores.Judged.ShouldBe(5);
        server.Calls.Count.ShouldBe(8);
    }

    [Fact]
    public async Task A_reply_that_the_limit_cut_is_no_verdict_and_is_asked_for_again_with_more_room()
    {
        const string draft = """Let me weigh. A draft would be {"rationale":"weak","score":0}, but that is too harsh, because the answer in fact""";
        using var server = new ChatServer(call => Limit(call) < 2000 ? Finish(draft, "length") : ChatAct.Say("""{"rationale":"r","score":2}"""));
        using var chat = Chat(server);
        var judged = await TestVerdicts.JudgeAsync(chat, 3);
        judged.Rows.ShouldAllBe(row => row.Verdict.Score == 2);
        server.Calls.Count.ShouldBe(6);

        using var endless = new ChatServer(_ => Finish(draft, "length"));
        using var other = Chat(endless);
        var unjudged = await TestVerdicts.JudgeAsync(other, 1);
        unjudged.Scores.Unjudged.ShouldBe(1);
        unjudged.Rows[0].Verdict.Rationale.ShouldContain("[cut by the limit of tokens]");

        static int Limit(ChatCall call) => call.Body.GetProperty("max_completion_tokens").GetInt32();
    }

    [Fact]
    public async Task That_a_reply_was_cut_or_filtered_is_known_of_it_in_the_store_too()
    {
        using var server = new ChatServer(call => call.Asked == "cut" ? Finish("{\"score\":1}", "length") : Finish("no", "content_filter"));
        using var store = new ArtifactStore(_folder["store"]);
        using var chat = new StoredChatCompletion(Chat(server), store);
        for (var i = 0; i < 2; i++)
        {
            var cut = await chat.CompleteAsync(new ChatRequest([new("user", "cut")]));
            var filtered = await chat.CompleteAsync(new ChatRequest([new("user", "filtered")]));
            (cut.End, filtered.End, cut.FromStore).ShouldBe((ReplyEnd.Cut, ReplyEnd.Filtered, i == 1));
        }
        server.Calls.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Content_in_parts_is_the_texts_among_them_and_thoughts_beside_it_are_none()
    {
        const string verdict = """{"rationale":"r","score":2}""";
        var thought = new object[] { new { type = "thinking", thinking = new[] { new { type = "text", text = "{\"score\": 0}" } } },
            new { type = "text", text = verdict } };
        (await ScoreOf(Completion(new { role = "assistant", content = thought }))).ShouldBe(2);
        (await ScoreOf(Completion(new { role = "assistant", content = verdict, reasoning_content = "{\"score\": 0}", reasoning = "z" }))).ShouldBe(2);
        (await ScoreOf(Completion(new { role = "assistant", content = (string?)null, reasoning_content = verdict }))).ShouldBeNull();
        (await ScoreOf(new ChatAct(200, "\uFEFF" + Completion(new { role = "assistant", content = verdict }).Body))).ShouldBe(2);
    }

    [Theory]
    [InlineData(400, "content_filter")]
    [InlineData(200, "content_filter")]
    public async Task One_row_that_a_filter_refuses_is_unjudged_and_the_rest_goes_on(int status, string code)
    {
        using var server = new ChatServer(call => TestVerdicts.TextOf(call).StartsWith("Answer 3 ")
            ? ChatAct.Refuse(status, "The response was filtered due to the prompt triggering the content management policy.", code)
            : ChatAct.Say(TestVerdicts.Of(call)));
        using var chat = Chat(server);
        var judged = await TestVerdicts.JudgeAsync(chat, 10);
        var refused = judged.Rows.Single(row => row.Verdict.Score is null).Verdict;
        refused.Filtered.ShouldBeTrue();
        refused.Rationale.ShouldContain("content management policy");
        server.Calls.Count.ShouldBe(10);
    }

    [Theory]
    [InlineData("""{"error":{"message":"Provider returned error","code":403}}""", "Provider returned error")]
    [InlineData("""{"choices":[{"index":0,"finish_reason":"error","message":{"content":""},"error":{"code":403,"message":"Upstream"}}]}""", "Upstream")]
    [InlineData("""{"id":"x","choices":[]}""", "not a chat completion")]
    [InlineData("data: {\"choices\":[]}\n\ndata: [DONE]\n", "streams its answer")]
    public async Task A_lasting_error_that_comes_with_status_200_ends_at_once_with_the_servers_words(string body, string words)
    {
        using var server = new ChatServer(_ => new ChatAct(200, body));
        using var chat = Chat(server);
        var error = await Should.ThrowAsync<AttributionException>(async () => await chat.CompleteAsync(new ChatRequest([new("user", "Hello")])));
        error.Code.ShouldBe(ErrorCodes.ChatRefused);
        error.Message.ShouldContain(words);
        server.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_a_server_says_of_a_wrong_key_is_quoted_without_any_part_of_it()
    {
        using var server = new ChatServer(_ => ChatAct.Refuse(401, "Incorrect API key provided: sk-abcd********wxyz. You can find yours on the account page.",
            "invalid_api_key"));
        using var chat = new OpenAIChatCompletion(TestVerdicts.Options(server.Address), ChatKey.Of("sk-abcdefgh-wxyz"));
        var error = await Should.ThrowAsync<AttributionException>(async () => await chat.CompleteAsync(new ChatRequest([new("user", "Hello")])));
        error.Message.ShouldContain("You can find yours on the account page");
        error.Message.ShouldNotContain("abcd");
        error.Message.ShouldNotContain("wxyz");
        server.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_endpoint_that_never_answered_and_takes_no_connection_is_given_up_soon()
    {
        var address = new Uri("http://127.0.0.1:9/v1"); // Nobody listens there.
        using var chat = new OpenAIChatCompletion(TestVerdicts.Options(address) with { MaxAttempts = 10, RetryDelay = TimeSpan.FromMilliseconds(50) }, null);
        var error = await Should.ThrowAsync<AttributionException>(async () => await chat.CompleteAsync(new ChatRequest([new("user", "Hello")])));
        (error.Code, error.Message.Contains(", 4 times")).ShouldBe((ErrorCodes.ChatUnreachable, true), error.Message);
    }

    private static OpenAIChatCompletion Chat(ChatServer server) =>
        new(TestVerdicts.Options(server.Address) with { Concurrency = 1 }, null);

    private static async Task<int?> ScoreOf(ChatAct act)
    {
        using var server = new ChatServer(_ => act);
        using var chat = Chat(server);
        return (await TestVerdicts.JudgeAsync(chat, 1)).Rows[0].Verdict.Score;
    }

    private static ChatAct Finish(string text, string reason) => new(200, ChatAct.Say(text).Body.Replace("\"stop\"", $"\"{reason}\""));

    private static ChatAct Completion(object message) => new(200,
        JsonSerializer.Serialize(new { choices = new[] { new { index = 0, finish_reason = "stop", message } } }));
}
