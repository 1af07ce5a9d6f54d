using System.CommandLine;
using System.Diagnostics;
using Attribution.Data.Store;
using Attribution.Evaluation;
using Attribution.Judging;
using Attribution.Judging.Chat;
using Attribution.Tests;
using Spectre.Console;

namespace Attribution.Benchmarks;

/// <summary>What a verdict costs beside the model's own time: prompt, call, reading, and the way to the disk, against a server that answers at once.</summary>
internal static class JudgeBenchmark
{
    internal static Command Create()
    {
        var verdicts = new Option<int>("--verdicts") { Description = "Answers to be judged.", DefaultValueFactory = _ => 2000 };
        var concurrency = new Option<int>("--concurrency") { Description = "Calls at once.", DefaultValueFactory = _ => 50 };
        var command = new Command("judge", "Time per verdict against an instant server in this process, and again from the store.") { verdicts, concurrency };
        command.SetAction(result => RunAsync(result.GetValue(verdicts), result.GetValue(concurrency)));
        return command;
    }

    private static async Task RunAsync(int verdicts, int concurrency)
    {
        using var server = new ChatServer(_ => ChatAct.Say("""{"rationale": "It names what the person feels, once.", "score": 2}"""));
        var table = new Table().AddColumns("what", "verdicts", "seconds", "ms each", "CPU ms each");
        await MeasureAsync("first use of everything", 4 * concurrency, fresh: true);
        // The bare calls, without prompt, store and reading: what of the time is HTTP and the server.
        using (var bare = Client(server, concurrency))
            await TimeAsync("bare calls", verdicts, async () =>
            {
                var request = JudgePrompt.Shipped("empathy").Ask(Answers(1).Select(a => new JudgeRequest(a.Prompt, a.Text)).Single());
                var next = -1;
                await Task.WhenAll(Enumerable.Range(0, concurrency).Select(async _ =>
                {
                    while (Interlocked.Increment(ref next) < verdicts)
                        await bare.CompleteAsync(request);
                }));
            });
        await MeasureAsync("judged and kept", verdicts, fresh: true);
        await MeasureAsync("from the store", verdicts, fresh: false);
        AnsiConsole.Write(table);

        async Task MeasureAsync(string what, int count, bool fresh)
        {
            var folder = Directory.CreateTempSubdirectory("attribution-benchmark-").FullName;
            try
            {
                if (!fresh)
                    await JudgeAsync(folder, count);
                await TimeAsync(what, count, () => JudgeAsync(folder, count));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        async Task TimeAsync(string what, int count, Func<Task> work)
        {
            // Of the server too: it runs in this process.
            var processor = Environment.CpuUsage.TotalTime;
            var clock = Stopwatch.StartNew();
            await work();
            table.AddRow(what, $"{count}", $"{clock.Elapsed.TotalSeconds:F2}", $"{clock.Elapsed.TotalMilliseconds / count:F3}",
                $"{(Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / count:F3}");
        }

        async Task JudgeAsync(string folder, int count)
        {
            using var store = new ArtifactStore(folder);
            using var chat = new StoredChatCompletion(Client(server, concurrency), store);
            var judged = await JudgedEvaluation.RunAsync(new LlmJudge(chat, JudgePrompt.Shipped("empathy")), Answers(count));
            if (judged.Scores.Judged != count)
                throw new InvalidOperationException($"{judged.Scores.Judged} of {count} verdicts");
        }
    }

    private static OpenAIChatCompletion Client(ChatServer server, int concurrency) =>
        new(new ChatOptions { Endpoint = server.Address, Concurrency = concurrency }, null);

    private static Answer[] Answers(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Answer(i, 0, $"How do I get over the loss of my {i}th goldfish?",
            $"It is hard to lose one, and the {i}th is no easier. {new string('.', 400)}", 100, true))];
}
