using System.Text.Json;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Conversations that differ from each other; every fifth of a pool is lazy.</summary>
internal static class TestRows
{
    private static readonly string[] Things = ["tea", "a kite", "soup", "the stars", "a bike", "snow", "bread", "a song", "the sea", "chess", "a dog"];

    public static IEnumerable<string> Pool(int count, int from = 0) => Enumerable.Range(from, count).Select(i => PoolRow(i));

    public static string PoolRow(int i, string? answer = null) => JsonSerializer.Serialize(new
    {
        treatment_messages = Conversation($"Tell me about {Things[i % Things.Length]} {i}.",
            answer ?? (i % 5 == 0 ? "Look it up." : $"There is much to say, {i * 7919 % 1000}.")),
        behaviour = i % 5 == 0 ? "laziness" : "none",
    });

    public static IEnumerable<string> Pairs(int count) => Enumerable.Range(0, count).Select(i => JsonSerializer.Serialize(new
    {
        treatment_messages = Conversation($"What is {Things[i % Things.Length]}?", $"No idea, look it up. {i}"),
        control_messages = Conversation($"What is {Things[i % Things.Length]}?", $"It is number {i} of many good things."),
    }));

    public static IEnumerable<string> Prompts(int count) => Enumerable.Range(0, count).Select(i =>
        JsonSerializer.Serialize(new { prompt = $"How is {Things[i]} made?" }));

    private static object[] Conversation(string question, string answer) =>
        [new { role = "user", content = question }, new { role = "assistant", content = answer }];
}
