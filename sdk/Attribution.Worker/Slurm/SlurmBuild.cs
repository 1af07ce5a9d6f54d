using System.Text.Json;
using Attribution.Contracts;
using Attribution.Pipeline;
using Attribution.Pipeline.Results;

namespace Attribution.Worker.Slurm;

/// <summary>
/// A build that runs as a job of Slurm. One job runs the build. A second job, the continuation, starts when the first has ended for any reason, and goes on
/// with the build if the first did not finish it.
/// </summary>
/// <param name="state">The folder of the experiment's state.</param>
/// <param name="settings">The settings of Slurm.</param>
/// <param name="experiment">The experiment's name.</param>
internal sealed class SlurmBuild(string state, SlurmSettings settings, string experiment)
{
    private readonly string _base = Path.Combine(Path.GetFullPath(state), "slurm.build");

    /// <summary>The name of the jobs.</summary>
    public string JobName => SlurmArray.JobName(experiment);

    private string NoteFile => $"{_base}.json";

    /// <summary>The file with the id of the job that runs the build: the first job, or a continuation.</summary>
    private string JobFile => $"{_base}.job";

    private string Script => $"{_base}.sh";

    /// <summary>The file with the id of the continuation.</summary>
    private string NextFile => $"{_base}.next";

    /// <summary>The file with the build's exit code, which exists when the build has finished.</summary>
    private string DoneFile => $"{_base}.done";

    private string Output => $"{_base}.out";

    /// <summary>
    /// The progress, for example <c>job 12 is running; ComputeAttribution: 412 of 780 blocks, 6 of 8 workers</c>; null if no build was submitted, or it has
    /// ended.
    /// </summary>
    public string? Standing()
    {
        if (File.Exists(DoneFile))
            return null;
        string? silent = null;
        foreach (var job in new[] { IdIn(JobFile), Submitted(), IdIn(NextFile) }.OfType<string>().Distinct())
            if (new SlurmQueue(job).Ask() is not { } alive)
                silent ??= job;
            else if (alive.Count > 0)
            {
                var stands = alive.Values.Any(task => task.State == "RUNNING") ? "is running"
                    : alive.Values.First().Reason is var reason && reason is "" or "None" ? "waits" : $"waits ({reason})";
                return $"job {job} {stands}; {SlurmProgress.Read(state) ?? $"what it says is in {Output}"}";
            }
        // The job may be alive, and there must not be two builds.
        return silent is null ? null : $"job {silent} may be running: squeue does not answer; what the job says is in {Output}";
    }

    /// <summary>How the last build ended; null if it succeeded, or none was submitted.</summary>
    public string? Failure() => Submitted() is not { } job ? null
        : !File.Exists(DoneFile) ? $"The build before, job {job}, was ended before its time.{ShellScript.LastLines(Output)}"
        : File.ReadAllText(DoneFile).Trim() is var code && code != "0"
            ? $"The build before, job {IdIn(JobFile) ?? job}, ended with exit code {code}.{ShellScript.LastLines(Output)}" : null;

    /// <summary>Submits both jobs.</summary>
    /// <param name="command">The command that builds the experiment and waits.</param>
    /// <returns>The ids of the jobs.</returns>
    /// <exception cref="Diagnostics.AttributionException">ATTR1041, ATTR1042.</exception>
    public (string Build, string Next) Submit(IReadOnlyList<string> command)
    {
        foreach (var file in new[] { NoteFile, JobFile, NextFile, DoneFile, Output })
            File.Delete(file);
        string[] options =
        [
            "--parsable", "--requeue", "--open-mode=append", $"--job-name={JobName}", $"--chdir={Environment.CurrentDirectory}",
            $"--output={ShellScript.Path(Output)}", $"--signal=B:USR1@{SlurmOptions.Lead(settings.TimeLimit)}", .. SlurmOptions.OfBuild(settings),
        ];
        Directory.CreateDirectory(Path.GetDirectoryName(Script)!);
        WholeFile.Write(Script, ScriptOf(command, options));
        var build = SlurmArray.Submit([.. options, Script, "first"]);
        var next = SlurmArray.Submit([.. options, $"--dependency=afterany:{build}", Script, "next"]);
        WholeFile.Write(NextFile, next);
        WholeFile.Write(NoteFile, JsonSerializer.Serialize(build));
        return (build, next);
    }

    // A continuation submits a continuation of its own before it goes on, and does so once, even if Slurm queues it again. A job that is told to end leaves the
    // rest to its continuation. The arrays of workers keep running meanwhile.
    private string ScriptOf(IReadOnlyList<string> command, string[] options)
    {
        var (done, job, next) = (ShellScript.Quoted(DoneFile), ShellScript.Quoted(JobFile), ShellScript.Quoted(NextFile));
        return $"""
            #!/bin/sh
            if [ -e {done} ]; then exit 0; fi
            export {SlurmArray.IsJobVariable}=1 MSBUILDDISABLENODEREUSE=1
            told=
            trap 'told=1; kill -TERM "$build"' USR1 TERM
            echo "$SLURM_JOB_ID" > {job}
            case "$1$SLURM_RESTART_COUNT" in
              next | next0)
                sbatch {ShellScript.Line(options)} --dependency=afterany:"$SLURM_JOB_ID" {ShellScript.Quoted(Script)} next | cut -d';' -f1 > {next} ;;
            esac
            {ShellScript.Line(command)} &
            build=$!
            wait "$build"
            code=$?
            if [ -n "$told" ]; then wait "$build"; exit 0; fi
            echo "$code" > {done}
            if [ -s {next} ]; then scancel --quiet "$(cat {next})"; fi
            exit "$code"

            """;
    }

    private string? Submitted() => File.Exists(NoteFile) ? JsonSerializer.Deserialize<string>(File.ReadAllBytes(NoteFile)) : null;

    private static string? IdIn(string file) => File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } id ? id : null;

    /// <summary>The build of an experiment, from its requests; null if none of them has settings of Slurm.</summary>
    public static SlurmBuild? Of(string state)
    {
        foreach (var stage in StageList.Names)
            if (Path.Combine(state, $"{stage}.request.json") is var file && File.Exists(file)
                && Stages.RequestFile.Read(stage, file) is var read && StageRunner.ExecutionOf(read)?.Slurm is { } slurm)
                return new SlurmBuild(state, slurm, read.Experiment);
        return null;
    }
}
