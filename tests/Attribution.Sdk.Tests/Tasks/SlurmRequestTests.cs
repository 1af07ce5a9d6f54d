using Attribution.Diagnostics;

namespace Attribution.Sdk.Tests.Tasks;

/// <summary>What a project asks of Slurm.</summary>
public sealed class SlurmRequestTests : IDisposable
{
    private readonly RequestedExperiment _experiment = new();

    [Theory]
    [InlineData("Executor", "local", "")]
    [InlineData("Executor", "slurm", "ComputeAttribution FineTune Evaluate")]
    [InlineData("Partition", "gpu", "")]
    public void The_executor_is_in_the_requests_of_the_stages_that_run_the_model(string property, string value, string stages)
    {
        var before = _experiment.Requests();
        _experiment.Settings[property] = value;
        var after = _experiment.Requests();
        after.Where(r => r.Value != before[r.Key]).Select(r => r.Key).ShouldBe(stages.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void What_is_asked_of_Slurm_is_in_the_request_only_with_it()
    {
        foreach (var (property, value) in new[] { ("Partition", "gpu"), ("Account", "lab"), ("TimeLimit", "8:00:00"), ("Memory", "64G"), ("CpusPerWorker", "8"),
            ("GpusPerWorker", "1"), ("SlurmOptions", "--qos=long"), ("Retries", "5") })
            _experiment.Settings[property] = value;
        _experiment.Request("FineTune")["execution"].ShouldBeNull();
        _experiment.Settings["Executor"] = "slurm";
        var execution = _experiment.Request("FineTune")["execution"]!;
        ((string?)execution["executor"]).ShouldBe("slurm");
        execution["slurm"]!.AsObject().Select(member => $"{member.Key} {member.Value}").ShouldBe(["gpusPerWorker 1", "partition gpu", "account lab",
            "timeLimit 8:00:00", "memory 64G", "cpusPerWorker 8", "slurmOptions --qos=long", "retries 5"]);
    }

    [Theory]
    [InlineData("Executor", "pbs", ErrorCodes.ValueInvalid, "Use local or slurm")]
    [InlineData("CpusPerWorker", "0", ErrorCodes.ValueInvalid, "CpusPerWorker is '0'")]
    [InlineData("Retries", "-1", ErrorCodes.ValueInvalid, "Retries is '-1'")]
    [InlineData("Wait", "false", ErrorCodes.ValueInvalid, "Set Executor to slurm")]
    public void A_property_that_cannot_be(string property, string value, string code, string text)
    {
        _experiment.Settings[property] = value;
        var error = _experiment.Error();
        error.Code.ShouldBe(code);
        error.Message.ShouldNotBeNull().ShouldContain(text);
    }

    public void Dispose() => _experiment.Dispose();
}
