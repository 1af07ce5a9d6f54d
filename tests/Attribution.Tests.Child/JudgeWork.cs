using Attribution.Data.Store;
using Attribution.Evaluation;
using Attribution.Judging;
using Attribution.Judging.Chat;

namespace Attribution.Tests.Child;

/// <summary>Judges invented answers by a server: in the tests, and in the processes they start and kill.</summary>
internal static class JudgeWork
{
    public const int Concurrency = 8;

    public static JudgePrompt Prompt { get; } = JudgePrompt.Shipped("empathy");

    public static JudgeRequest[] Answers(int count) => [.. Enumerable.Range(0, count).Select(i => new JudgeRequest($"Question {i}?", $"Answer {i}."))];

    public static StoredChatCompletion Open(ArtifactStore store, Uri server) =>
        new(new OpenAIChatCompletion(new ChatOptions
        {
            Model = "judge-1",
            Endpoint = server,
            Concurrency = Concurrency,
            RetryDelay = TimeSpan.FromMilliseconds(10)
        }, null), store);

    /// <summary>The scores in their order.</summary>
    public static string Run(ArtifactStore store, Uri server, int count)
    {
        using var chat = Open(store, server);
        var requests = Answers(count);
        var judged = JudgedEvaluation.RunAsync(new LlmJudge(chat, Prompt),
            [.. requests.Select((r, i) => new Answer(i, 0, r.Prompt, r.Answer, 0, true))]).GetAwaiter().GetResult();
        return string.Concat(judged.Rows.Select(r => r.Verdict.Score));
    }
}
