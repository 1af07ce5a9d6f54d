using System.Text.Json;
using Attribution.Evaluation;
using Attribution.Judging;
using Attribution.Judging.Chat;

namespace Attribution.Tests.Judging;

/// <summary>Answers to be judged, and the verdict that each gets: a function of its text, so that any run must end alike.</summary>
internal static class TestVerdicts
{
    public static JudgePrompt Prompt { get; } = JudgePrompt.Shipped("empathy");

    /// <summary>Little waiting between attempts, and much patience with each: on a busy machine no call that is answered is asked again.</summary>
    public static ChatOptions Options(Uri endpoint) => new()
    {
        Model = "judge-1",
        Endpoint = endpoint,
        Concurrency = 16,
        Timeout = TimeSpan.FromMinutes(2),
        RetryDelay = TimeSpan.FromMilliseconds(2),
        MaxAttempts = 12,
    };

    public static Answer[] Answers(int count) => [.. Enumerable.Range(0, count).Select(i =>
        new Answer(i / 2, i % 2, $"Question {i / 2}?", $"Answer {i} {new string('x', i % 7)}.", 5, true))];

    /// <summary>The verdict on what a call asks about.</summary>
    public static string Of(ChatCall call) => Of(TextOf(call));

    public static string Of(string answer)
    {
        var sum = answer.Sum(c => c);
        return $$"""{"rationale": "The sum of '{{answer}}' is {{sum}}.", "score": {{sum % 4}}}""";
    }

    /// <summary>The answer that a call asks about, also when it asks again.</summary>
    public static string TextOf(ChatCall call) => call.Messages.Where(m => m.Role == "user" && m.Content.StartsWith('{')).Select(m =>
        JsonDocument.Parse(m.Content).RootElement.GetProperty("answer").GetString()!).Last();

    public static async Task<JudgedEvaluation> JudgeAsync(IChatCompletion chat, int count, CancellationToken cancellation = default) =>
        await JudgedEvaluation.RunAsync(new LlmJudge(chat, Prompt), Answers(count), cancellation: cancellation);

    /// <summary>What must be alike in two runs.</summary>
    public static IEnumerable<string> Lines(JudgedEvaluation judged) =>
        judged.Rows.Select(r => $"{r.Answer.PromptIndex} {r.Answer.Repeat} {r.Answer.Text} "
        + $"{r.Verdict.Score} {r.Verdict.Rationale}").Append(JsonSerializer.Serialize(judged.Metrics()));
}
