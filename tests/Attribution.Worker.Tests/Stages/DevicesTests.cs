using System.Runtime.InteropServices;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Pipeline;
using Attribution.Tensors;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Which GPU each worker sees, with lists of GPUs that are not there.</summary>
public sealed class DevicesTests
{
    // (Devices, GPUs that this process sees, units) to the GPU that each worker sees.
    [Theory]
    [InlineData("cuda:0;cuda:1", "0,1,2,3", 20, "0,1")]
    [InlineData("cuda:3;cuda:1", "0,1,2,3", 20, "3,1")]
    [InlineData("cuda:0;cuda:1", "5,7", 20, "5,7")] // numbers count among the visible ones, as CUDA's own do
    [InlineData("cuda:1", "GPU-a,GPU-b", 20, "GPU-b")] // one worker, which sees its own all the same
    [InlineData("cuda:0;cuda:1;cuda:2", "0,1,2", 2, "0,1")] // never more than there are units
    [InlineData(null, "0,1,2,3", 20, "0,1,2,3")] // by itself one for each visible GPU
    [InlineData(null, "4,2", 20, "4,2")]
    [InlineData(null, "", 20, "")] // none to be seen: the CPU, a worker for each core
    [InlineData(null, "-1", 20, "")]
    [InlineData(null, "1,-1,2", 20, "")] // one GPU is seen: one worker, which needs no telling
    [InlineData("cpu", "0,1", 20, "")]
    public void Each_worker_sees_its_own(string? devices, string visible, int units, string seen)
    {
        var execution = new ExecutionSettings { Devices = devices?.Split(';') };
        var workers = Workers.Of(new SharedWork(units, Tiny()), execution, null, VisibleDevices.Parse(visible), threadsAreSet: false, cores: 3);
        string.Join(',', workers.Select(worker => worker.Gpu).OfType<string>()).ShouldBe(seen);
        workers.Count.ShouldBe(seen.Length > 0 ? seen.Split(',').Length : visible == "1,-1,2" ? 1 : 3);
        foreach (var worker in workers.Where(worker => worker.Gpu is not null))
            worker.Variables.ShouldContain(new KeyValuePair<string, string>("CUDA_VISIBLE_DEVICES", worker.Gpu!));
    }

    [Theory]
    [InlineData("cuda:2", null, ErrorCodes.DeviceMissing, "2 can be seen here, cuda:0 to cuda:1")]
    [InlineData("cuda:0;gpu", null, ErrorCodes.WorkersInvalid, "'gpu' is no device")]
    [InlineData("cuda:1;cuda:1", null, ErrorCodes.WorkersInvalid, "cuda:1 more than once")]
    [InlineData("cuda:0;cuda:1", 3, ErrorCodes.WorkersInvalid, "Workers is 3 and Devices is 'cuda:0;cuda:1'")]
    public void Devices_that_cannot_be_are_an_error_that_names_them(string devices, int? workers, string code, string text)
    {
        var execution = new ExecutionSettings { Devices = devices.Split(';'), Workers = workers };
        var error = Should.Throw<AttributionException>(() => Workers.Of(new SharedWork(8, Tiny()), execution, workers, ["0", "1"], false, 2));
        (error.Code, error.Property).ShouldBe((code, "Devices"));
        error.Message.ShouldContain(text);
    }

    [Fact]
    public void Devices_decide_the_workers_whatever_the_machine_says() => Workers.Of(new SharedWork(8, Tiny()),
        new ExecutionSettings { Devices = ["cuda:0", "cuda:1"], Workers = 2 }, 5, ["0", "1", "2"], false, 2).Count.ShouldBe(2);

    [Fact]
    public async Task No_GPU_to_be_seen_is_said_before_a_model_is_loaded()
    {
        using var experiment = new TestExperiment { Execution = new { devices = new[] { "cuda:0", "cuda:1" } } }.WithData(100);
        await experiment.RunAsync("ImportDatasets");
        using var worker = new StageProcess(experiment, "ComputeAttribution", new() { ["CUDA_VISIBLE_DEVICES"] = "0" }, []);
        var (code, output) = worker.Finish();
        code.ShouldBe(1);
        var error = WorkerLine.Parse(output).Single(line => line.Kind == "error");
        error.Code.ShouldBe(ErrorCodes.DeviceMissing);
        error.Text.ShouldContain("Devices names cuda:1, and 1 can be seen here, cuda:0 to cuda:0 (CUDA_VISIBLE_DEVICES=0)");
    }

    [Fact]
    public async Task A_GPU_that_is_named_is_not_replaced_by_the_CPU()
    {
        using var experiment = new TestExperiment { Execution = new { devices = new[] { "cuda:1" } } }.WithData(100);
        await experiment.RunAsync("ImportDatasets");
        // Two GPUs to be seen that are not there.
        using var worker = new StageProcess(experiment, "ComputeAttribution", new() { ["CUDA_VISIBLE_DEVICES"] = "90,91" }, []);
        var (code, output) = worker.Finish();
        code.ShouldBe(1);
        WorkerLine.Parse(output).Single(line => line.Kind == "error").Code.ShouldBe(ErrorCodes.DeviceMissing);
    }

    // What .NET sets in its own copy of the environment, CUDA's driver does not see.
    [Fact]
    public void Native_libraries_see_what_a_worker_is_shown()
    {
        if (!OperatingSystem.IsLinux())
            return;
        const string name = "ATTRIBUTION_TEST_VARIABLE";
        Environment.SetEnvironmentVariable(name, "of .NET");
        var library = NativeLibrary.Load("libc.so.6");
        var getenv = Marshal.GetDelegateForFunctionPointer<GetEnvironment>(NativeLibrary.GetExport(library, "getenv"));
        Marshal.PtrToStringUTF8(getenv(name)).ShouldBeNull();
        NativeEnvironment.Set(name, "of both");
        Marshal.PtrToStringUTF8(getenv(name)).ShouldBe("of both");
        Environment.GetEnvironmentVariable(name).ShouldBe("of both");
    }

    private delegate nint GetEnvironment([MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    private static ModelConfig Tiny()
    {
        using var folder = new TemporaryFolder();
        TinyChatModel.Write(folder.Path);
        return ModelConfig.Load(folder.Path);
    }
}
