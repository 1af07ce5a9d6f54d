using System.Diagnostics;
using Attribution.Diagnostics;
using Attribution.Sdk.Stages;
using Attribution.Sdk.Tasks;
using Attribution.Sdk.Tests.Builds;

namespace Attribution.Sdk.Tests.Tasks;

public sealed class RunStageTests : IDisposable
{
    private readonly RequestedExperiment _experiment = new();

    [Fact]
    public void A_stage_that_ran_is_stamped_and_said_in_one_line()
    {
        _experiment.Requests();
        Stage("ImportDatasets").Execute().ShouldBeTrue();
        _experiment.Engine.Messages.ShouldBe(["tiny: ImportDatasets: ran 2 of 3 jobs, 0.1 s"]);
        var stamp = File.GetLastWriteTimeUtc(_experiment.Folder["obj/attribution/ImportDatasets.stamp"]);
        File.GetLastWriteTimeUtc(_experiment.Folder["out/ImportDatasets"]).ShouldBeLessThanOrEqualTo(stamp);
    }

    [Fact]
    public void What_is_up_to_date_is_submitted_only_to_accept_its_snapshot()
    {
        _experiment.Requests();
        foreach (var stage in TemporaryExperiment.Stages)
            Stage(stage).Execute().ShouldBeTrue();
        foreach (var accept in (bool[])[false, true])
        {
            // There is no cluster here; that it is asked for is enough.
            _ = new SubmitExperiment
            {
                BuildEngine = _experiment.Engine,
                ProjectFile = _experiment.Folder["tiny.csproj"],
                StateFolder = "obj/attribution/",
                Worker = Repository.Worker,
                Library = _experiment.Folder["library.txt"],
                Submits = true,
                AcceptSnapshot = accept,
            }.Execute();
            File.ReadLines(_experiment.Folder["starts.log"]).Contains("submit").ShouldBe(accept);
        }
    }

    [Fact]
    public void Warnings_come_through_and_other_output_of_the_worker_stays_low()
    {
        _experiment.Folder.Write("worker.does", "ImportDatasets warn");
        _experiment.Requests();
        Stage("ImportDatasets").Execute().ShouldBeTrue();
        var warning = _experiment.Engine.Warnings.ShouldHaveSingleItem();
        (warning.Code, warning.File).ShouldBe(("ATTR1801", _experiment.Folder["tiny.csproj"]));
        _experiment.Engine.Messages.ShouldHaveSingleItem();
    }

    [Fact]
    public void An_error_has_code_file_line_and_property()
    {
        _experiment.Folder.Write("worker.does", "ImportDatasets error");
        _experiment.Requests();
        Stage("ImportDatasets").Execute().ShouldBeFalse();
        var error = _experiment.Engine.Errors.ShouldHaveSingleItem();
        (error.Code, error.File, error.LineNumber).ShouldBe(("ATTR1301", "data/pool.jsonl", 5));
        error.Message.ShouldBe("The row has no assistant turn. (row 4) (messages)");
        File.Exists(_experiment.Folder["obj/attribution/ImportDatasets.stamp"]).ShouldBeFalse();
    }

    [Fact]
    public void A_crash_is_an_error_with_the_workers_last_words()
    {
        _experiment.Folder.Write("worker.does", "ImportDatasets crash");
        _experiment.Requests();
        Stage("ImportDatasets").Execute().ShouldBeFalse();
        var error = _experiment.Engine.Errors.ShouldHaveSingleItem();
        error.Code.ShouldBe(ErrorCodes.WorkerCrashed);
        error.Message.ShouldNotBeNull().ShouldContain("signal 6");
        error.Message.ShouldContain("std::bad_alloc");
    }

    [Theory]
    [InlineData("FineTune", false)]
    [InlineData("VerifySnapshot", true)] // the report and the results still come
    public void A_stage_that_fails_lets_another_build_in_unless_more_of_its_own_follows(string stage, bool isHeld)
    {
        _experiment.Folder.Write("worker.does", $"{stage} error");
        _experiment.Requests();
        var folder = _experiment.Folder["obj/attribution/"];
        using var taken = BuildLock.TryTake(folder, "this build", out _, out _);
        taken.ShouldNotBeNull();
        Stage(stage).Execute().ShouldBeFalse();
        using var other = BuildLock.TryTake(folder, "another build", out _, out _);
        (other is null).ShouldBe(isHeld);
    }

    [Fact]
    public void A_worker_that_is_not_there()
    {
        var stage = Stage("ImportDatasets");
        stage.Worker = _experiment.Folder["nothere.dll"];
        stage.Execute().ShouldBeFalse();
        _experiment.Engine.Errors.ShouldHaveSingleItem().Code.ShouldBe(ErrorCodes.WorkerMissing);
    }

    [Theory]
    [InlineData("sleep")]
    [InlineData("stubborn")]
    public async Task Cancelling_stops_the_worker_also_one_that_does_not_heed_signals(string deed)
    {
        _experiment.Folder.Write("worker.does", $"ImportDatasets {deed}");
        _experiment.Requests();
        var stage = Stage("ImportDatasets");
        var run = Task.Run(stage.Execute);
        var id = await WorkerId();
        stage.Cancel();
        (await run).ShouldBeFalse();
        _experiment.Engine.Errors.ShouldBeEmpty();
        Should.Throw<ArgumentException>(() => Process.GetProcessById(id));
    }

    public void Dispose() => _experiment.Dispose();

    private async Task<int> WorkerId()
    {
        var file = _experiment.Folder["worker.pid"];
        while (true)
        {
            if (File.Exists(file) && int.TryParse(await File.ReadAllTextAsync(file), out var id))
                return id;
            await Task.Delay(20);
        }
    }

    private RunStage Stage(string name) => new()
    {
        BuildEngine = _experiment.Engine,
        Stage = name,
        ProjectFile = _experiment.Folder["tiny.csproj"],
        StateFolder = "obj/attribution/",
        Worker = Repository.Worker,
        Library = _experiment.Folder["library.txt"],
    };
}
