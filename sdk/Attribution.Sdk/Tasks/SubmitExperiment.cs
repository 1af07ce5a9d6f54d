using Attribution.Contracts;
using Attribution.Sdk.Stages;
using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tasks;

/// <summary>Has the build run as a job of a Slurm cluster, or says how far the one is that does; with <c>Wait=false</c>.</summary>
public sealed class SubmitExperiment : WorkerTask
{
    /// <summary>Whether to submit; else it is only asked whether a build is under way.</summary>
    public bool Submits { get; set; }

    /// <summary>Which stages the experiment has.</summary>
    public string ExperimentKind { get; set; } = "";

    /// <summary>The content hashes of the worker's assemblies.</summary>
    public string Library { get; set; } = "";

    /// <summary>The variant of the experiment; empty for none.</summary>
    public string Variant { get; set; } = "";

    /// <summary>Whether to accept the metrics as the snapshot, which is done even if nothing else is to do.</summary>
    public bool AcceptSnapshot { get; set; }

    /// <summary>Whether a build is under way.</summary>
    [Output]
    public bool IsUnderWay { get; private set; }

    private protected override string Doing => "Slurm";

    /// <inheritdoc/>
    public override bool Execute()
    {
        string[] ask = ["submit", "--state", StateFolder.TrimEnd('/')];
        if (!Submits)
        {
            var answered = Run(ask);
            IsUnderWay = HasSummary;
            return answered;
        }
        var files = new StageFiles(ProjectDirectory, StateFolder, ExperimentKind, Library, Variant);
        if (files.Stages.All(stage => files.AreUpToDate(stage, AcceptSnapshot)))
        {
            Shout("up to date; nothing is submitted");
            return true;
        }
        return Run([.. ask, "--", .. Command()]);
    }

    // What was restored here is not restored there: a node may have no network.
    private IEnumerable<string> Command()
    {
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";
        var globals = (BuildEngine as IBuildEngine6)?.GetGlobalProperties() ?? new Dictionary<string, string>();
        var given = globals.Where(p => !p.Key.Equals(nameof(BuildSettings.Wait), StringComparison.OrdinalIgnoreCase)
            && !p.Key.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).OrderBy(p => p.Key, StringComparer.OrdinalIgnoreCase);
        return [dotnet, "build", ProjectFile, "--no-restore", "-nologo", "-tl:off", .. given.Select(p => $"-p:{p.Key}={p.Value.Replace(";", "%3B")}"),
            "-p:Wait=true"];
    }
}
