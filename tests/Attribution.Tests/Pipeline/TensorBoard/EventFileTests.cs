using System.Text;
using System.Text.Json.Nodes;
using Attribution.FineTuning;
using Attribution.Pipeline;
using Attribution.Pipeline.TensorBoard;

namespace Attribution.Tests.Pipeline.TensorBoard;

public sealed class EventFileTests
{
    [Fact]
    public void Points_come_back_by_step_behind_the_version()
    {
        // Steps of one to three bytes as varints; a value that is no float; a tag beyond ASCII; more than 127 bytes in a message.
        ScalarPoint[] points = [new(0, "a/b", 1), new(0, "длина", -0.1), new(300, new string('t', 200), 1e-30), new(70_000, "a/b", double.NaN)];
        var events = TensorBoardReader.Read(EventFile.Of(points));

        events[0].FileVersion.ShouldBe("brain.Event:2");
        events[1..].Select(e => (e.Step, e.WallTime)).ShouldBe([(0, 0), (300, 300), (70_000, 70_000)]);
        events.SelectMany(e => e.Values.Select(v => (e.Step, v.Key, v.Value))).ShouldBe(points.Select(p => (p.Step, p.Tag, (float)p.Value)));
    }

    [Fact]
    public void Steps_divide_the_time_of_their_training()
    {
        TrainingStep[] training = [.. Enumerable.Range(1, 4).Select(step => new TrainingStep(step, 0, 1, 0.1, 1, 9))];
        var ended = new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
        var events = TensorBoardReader.Read(EventFile.Of([new(0, "a", 1), new(2, "a", 1), new(4, "a", 1)], null, RunCurves.Times(training, ended, seconds: 8)));
        events[1..].Select(e => DateTime.UnixEpoch.AddSeconds(e.WallTime)).ShouldBe([ended.AddSeconds(-8), ended.AddSeconds(-4), ended]);
        RunCurves.Times([], ended, seconds: 8)(0).ShouldBe((ended - DateTime.UnixEpoch).TotalSeconds);
    }

    [Fact]
    public void Settings_are_what_HPARAMS_shows()
    {
        var events = TensorBoardReader.Read(EventFile.Of([new(1, "loss", 2.5)],
            new Dictionary<string, JsonNode?> { ["top_k"] = 50, ["attribution"] = "rds", ["none"] = null }));
        events[1].Settings.ShouldBe(new Dictionary<string, object> { ["top_k"] = 50.0, ["attribution"] = "rds" }, ignoreOrder: true);
        events[2].Values.ShouldHaveSingleItem().Key.ShouldBe("loss");
    }

    [Fact]
    public void A_changed_byte_anywhere_is_noticed()
    {
        var file = EventFile.Of([new(1, "loss", 2.5)]);
        for (var at = 0; at < file.Length; at++)
        {
            var changed = (byte[])file.Clone();
            changed[at] ^= 0x10;
            Should.Throw<Exception>(() => TensorBoardReader.Read(changed), $"byte {at}");
        }
    }

    [Fact]
    public void The_reader_knows_the_published_checksums()
    {
        // RFC 3720, B.4, and the usual check value.
        TensorBoardReader.Crc32C(new byte[32]).ShouldBe(0x8A9136AAu);
        TensorBoardReader.Crc32C([.. Enumerable.Range(0, 32).Select(i => (byte)i)]).ShouldBe(0x46DD794Eu);
        TensorBoardReader.Crc32C(Encoding.ASCII.GetBytes("123456789")).ShouldBe(0xE3069283u);
    }
}
