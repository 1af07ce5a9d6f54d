using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using Microsoft.Build.Framework;

/// <summary>
/// Builds the SDK in this repository once for all experiments that are being built at the same time: a second build waits for the first and finds it done.
/// MSBuild compiles this file itself (RoslynCodeTaskFactory), only when there is something to build.
/// </summary>
public sealed class BuildAttributionSdk : Microsoft.Build.Utilities.Task, ICancelableTask
{
    private readonly ManualResetEvent canceled = new ManualResetEvent(false);

    /// <summary>The source files of the SDK.</summary>
    [Required]
    public ITaskItem[] Sources { get; set; }

    /// <summary>The project to build.</summary>
    [Required]
    public string Project { get; set; }

    /// <summary>The folder of the built SDK.</summary>
    [Required]
    public string Folder { get; set; }

    /// <summary>The file whose time is that of the last build.</summary>
    [Required]
    public string Stamp { get; set; }

    public void Cancel()
    {
        canceled.Set();
    }

    public override bool Execute()
    {
        Directory.CreateDirectory(Folder);
        using (Lock(Path.Combine(Folder, ".lock")))
        {
            if (canceled.WaitOne(0))
                return false;
            return IsDone() || Build();
        }
    }

    // The lock is an open file, so that it is released when its holder dies.
    private FileStream Lock(string file)
    {
        while (!canceled.WaitOne(0))
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                canceled.WaitOne(200);
            }
        return null;
    }

    private bool IsDone()
    {
        return File.Exists(Stamp) && Sources.All(s => File.GetLastWriteTimeUtc(s.ItemSpec) <= File.GetLastWriteTimeUtc(Stamp));
    }

    private bool Build()
    {
        Log.LogMessage(MessageImportance.High, "attribution: building the SDK in {0}", Folder);
        var started = DateTime.UtcNow;
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        // As `dotnet build` and `dotnet test` build it, so that it is compiled once for all of them.
        var start = new ProcessStartInfo(dotnet, "build \"" + Project + "\" -c Debug -t:LayOut -p:PublishForThisMachine=true"
            + " \"-p:SdkLayout=" + Folder + "\" -nodeReuse:false -v:minimal -nologo -clp:NoSummary -tl:off")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // These settings belong to the outer build, not to the SDK's.
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        using (var build = Process.Start(start))
        {
            build.OutputDataReceived += (_, line) => Say(line.Data);
            build.ErrorDataReceived += (_, line) => Say(line.Data);
            build.BeginOutputReadLine();
            build.BeginErrorReadLine();
            // A build server that it started may keep its output open for minutes; waiting with a timeout does not wait for that.
            while (!build.WaitForExit(200))
                if (canceled.WaitOne(0))
                {
                    build.Kill();
                    return false;
                }
            Thread.Sleep(100);
            if (build.ExitCode == 0)
            {
                File.WriteAllText(Stamp, "");
                File.SetLastWriteTimeUtc(Stamp, started);
                return true;
            }
        }
        if (!Log.HasLoggedErrors)
            Log.LogError(null, "ATTR1923", null, null, 0, 0, 0, 0, "The SDK did not build. `{0} build {1}` says why.", dotnet, Project);
        return false;
    }

    // Warnings and errors are recognized by their form. Of the other lines, those about native parts that are being provided are worth showing.
    private void Say(string line)
    {
        if (!string.IsNullOrWhiteSpace(line))
            Log.LogMessageFromText(line, line.TrimStart().StartsWith("attribution:", StringComparison.Ordinal)
                ? MessageImportance.High : MessageImportance.Low);
    }
}
