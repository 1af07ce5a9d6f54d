using Attribution.Sdk.Worker;

namespace Attribution.Sdk.Tests.Tasks;

/// <summary>Lines of the worker, whose text may be of others.</summary>
public sealed class WorkerLineTests
{
    [Theory]
    [InlineData("""{"kind":"message","text":"::error::x"}""", "message", "\\u003a:error::x")]
    [InlineData("""{"kind":"error","text":"said:\n  ::stop-commands::x \u001b[2J"}""", "error", "said:\n  \\u003a:stop-commands::x \\u001b[2J")]
    [InlineData("""{"kind":"annotation","text":"::error file=a,line=3::b\u001b"}""", "annotation", "::error file=a,line=3::b\\u001b")]
    public void Only_an_annotation_is_a_command_to_the_build_server(string line, string kind, string text)
    {
        var parsed = WorkerLine.Parse(line).ShouldNotBeNull();
        (parsed.Kind, parsed.Text).ShouldBe((kind, text));
    }

    [Theory]
    [InlineData("no line of the protocol")]
    [InlineData("{}")]
    [InlineData("""{"kind":"message","text":"\ud800"}""")]
    [InlineData("""{"kind":"annotation","text":7}""")]
    [InlineData("{\"kind\":")]
    public void What_is_none_is_none(string line) => WorkerLine.Parse(line).ShouldBeNull();

    [Fact]
    public void Depth_is_no_crash() => WorkerLine.Parse("{\"kind\":" + new string('[', 100_000)).ShouldBeNull();
}
