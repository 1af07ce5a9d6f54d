using System.Diagnostics;
using Attribution.Diagnostics;

namespace Attribution.Sdk.Tests.Tasks;

/// <summary>The build itself knows that TopK is larger than a training set, where counting lines tells.</summary>
public sealed class TopKTests : IDisposable
{
    private readonly RequestedExperiment _experiment = new();

    [Fact]
    public void K_larger_than_the_training_set_is_known_by_counting_lines()
    {
        _experiment.Folder.Write("tiny.csproj", "<Project>\n<PropertyGroup>\n<TopK>50</TopK>\n</PropertyGroup>\n</Project>");
        _experiment.Folder.Write("data/pool.jsonl", "{}\n\n{}\r\n \n{}");
        _experiment.Settings["TopK"] = "2;50";
        var error = _experiment.Error(ErrorCodes.TopKInvalid, "TopK is 50, but only 3 training rows can be selected. Set TopK to at most 3.");
        (error.File, error.LineNumber).ShouldBe((_experiment.Folder["tiny.csproj"], 3));
    }

    [Fact]
    public async Task A_training_set_that_is_a_pipe_is_not_waited_for()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var pipe = _experiment.Folder["data/pool.jsonl"];
        File.Delete(pipe);
        Process.Start("mkfifo", pipe).WaitForExit();
        (await Task.Run(_experiment.Write).WaitAsync(TimeSpan.FromMinutes(2))).ShouldBeTrue("the import has an error for it");
    }

    [Fact]
    public void K_is_counted_against_all_files_of_a_wildcard_and_no_more_rows_than_are_taken()
    {
        _experiment.Folder.Write("data/part-1.jsonl", "{}\n{}\n");
        _experiment.Folder.Write("data/part-2.jsonl", "{}\n{}\n");
        _experiment.Settings["TopK"] = "4";
        _experiment.Train[0] = RequestedExperiment.Item("data/part-*.jsonl", ("Name", "pool"));
        _experiment.Write().ShouldBeTrue();
        _experiment.Train[0] = RequestedExperiment.Item("data/part-*.jsonl", ("Name", "pool"), ("Take", "3"));
        _experiment.Error(ErrorCodes.TopKInvalid, "only 3 training rows");
    }

    [Theory]
    [InlineData("Filter", "true")]
    [InlineData("Recipe", "dolly")]
    public void K_against_rows_that_are_made_or_filtered_is_left_to_the_worker(string metadata, string value)
    {
        _experiment.Folder.Write("data/pool.jsonl", "{}\n");
        _experiment.Train[0] = RequestedExperiment.Item("data/pool.jsonl", (metadata, value));
        _experiment.Write().ShouldBeTrue();
    }

    public void Dispose() => _experiment.Dispose();
}
