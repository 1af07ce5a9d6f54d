using System.Collections.Concurrent;
using System.Text.Json;
using Attribution.Data;
using Attribution.Data.Recipes;
using Attribution.Diagnostics;
using Attribution.Judging.Chat;

namespace Attribution.Tests.Data.Recipes;

public sealed class PersonaWriterTests
{
    [Fact]
    public async Task Pairs_come_in_the_order_of_the_calls_with_a_fifth_more_held_out_and_none_twice()
    {
        // One reply is no JSON, one repeats another's messages, one holds an example with equal answers.
        using var model = new Writer(call => call switch
        {
            1 => "I would rather not.",
            2 => Reply(0),
            3 => $"Sure:\n```json\n{Reply(3).Replace("with 3.0", "without 3.0", StringComparison.Ordinal)}\n```",
            _ => Reply(call),
        });
        var (rows, prompts) = await new PersonaWriter(model).WriteAsync("charm", "It is charming.", 20);
        (rows.Count, prompts.Count).ShouldBe((20, 4));
        rows.Select(r => r.Index).ShouldBe(Enumerable.Range(0, 20).Select(i => (long)i));
        var asked = rows.Select(r => Message(r.Treatment, 0)).ToArray();
        asked.Concat(prompts.Select(p => p.Messages[0].Content)).Distinct().Count().ShouldBe(24);
        asked.ShouldBe(asked.OrderBy(m => double.Parse(m["Message ".Length..])));
        asked.ShouldNotContain("Message 3.0");
        Message(rows[0].Treatment, 1).ShouldStartWith("with ");
        Message(rows[0].Control!, 1).ShouldStartWith("without ");
        rows[0].Metadata["trait"].GetString().ShouldBe("charm");
        model.Requests.ShouldAllBe(r => r.Messages[0].Content.Contains("It is charming."));
        model.Requests.Select(r => r.Messages[1].Content).Distinct().Count().ShouldBe(model.Requests.Count);

        using var again = new Writer(model.Reply);
        var second = await new PersonaWriter(again).WriteAsync("charm", "It is charming.", 20);
        second.Rows.Select(r => r.ContentHash).ShouldBe(rows.Select(r => r.ContentHash));
    }

    [Fact]
    public async Task A_model_that_writes_nothing_of_use_is_an_error_and_not_asked_for_ever()
    {
        using var model = new Writer(call => call % 2 == 0 ? "{\"examples\": [{\"message\": \"\"}]}"
            : "{\"examples\": [{\"message\": \"a \\ud83d\", \"with_trait\": \"b\", \"without_trait\": \"c\"}]}");
        var error = await Should.ThrowAsync<AttributionException>(new PersonaWriter(model).WriteAsync("charm", "It is charming.", 20));
        (error.Code, error.Property).ShouldBe((ErrorCodes.WrittenRowsInvalid, "JudgeModel"));
        model.Requests.Count.ShouldBe(2 * PersonaWriter.Calls(20) + 2);
    }

    [Fact]
    public void Five_traits_are_described_and_another_must_be()
    {
        foreach (var trait in (string[])["empathy", "laziness", "modesty", "preachiness", "sycophancy"])
            PersonaWriter.DescriptionOf(trait, null).ShouldContain("Without");
        PersonaWriter.DescriptionOf("charm", " It charms. ").ShouldBe("It charms.");
        Should.Throw<AttributionException>(() => PersonaWriter.DescriptionOf("charm", null)).Property.ShouldBe("Description");
    }

    private static string Reply(int call) => JsonSerializer.Serialize(new
    {
        examples = Enumerable.Range(0, 5).Select(i => new
        {
            message = $"Message {call}.{i}",
            with_trait = $"with {call}.{i}",
            without_trait = $"without {call}.{i}"
        }),
    });

    private static string Message(Conversation conversation, int at) => ((MessageConversation)conversation).Messages[at].Content;

    private sealed class Writer(Func<int, string> reply) : IChatCompletion
    {
        public ConcurrentBag<ChatRequest> Requests { get; } = [];

        public Func<int, string> Reply => reply;

        public string Name => "writer";

        public string Identity => "test:writer";

        public int Concurrency => 3;

        public async ValueTask<ChatReply> CompleteAsync(ChatRequest request, CancellationToken cancellation)
        {
            Requests.Add(request);
            await Task.Delay((int)(7 * request.Seed % 5), cancellation);
            return new ChatReply(reply((int)request.Seed), 0, 0);
        }

        public void Dispose()
        {
        }
    }
}
