using Attribution.Diagnostics;

namespace Attribution.Worker.Slurm;

/// <summary>Turns a refusal by <c>sbatch</c> into an error that names the property to correct.</summary>
internal static class SlurmRefusal
{
    // A part of the message, the property, and what to do.
    private static readonly (string Words, string? Property, string Advice)[] Known =
    [
        ("job array specification", "Workers", "The cluster allows fewer tasks in an array (MaxArraySize, 1001 by default): ask for fewer Workers"),
        ("account", "Account", "`sacctmgr show associations user=$USER` lists your accounts, where the cluster has them"),
        ("partition", "Partition", "`sinfo` lists the partitions; without Partition the cluster's default is taken"),
        ("time limit", "TimeLimit", "`sinfo -o '%P %l'` lists the limits of the partitions"),
        ("time specification", "TimeLimit", "Write minutes, hours:minutes:seconds or days-hours, such as 8:00:00"),
        ("--time", "TimeLimit", "Write minutes, hours:minutes:seconds or days-hours, such as 8:00:00"),
        ("generic resource", "GpusPerWorker", "`sinfo -o '%P %G'` lists the GPUs of the partitions; 0 asks for none"),
        ("gres", "GpusPerWorker", "`sinfo -o '%P %G'` lists the GPUs of the partitions; 0 asks for none"),
        ("memory", "Memory", "Write megabytes, or a number with G, such as 64G, and not more than a node has"),
        ("--mem", "Memory", "Write megabytes, or a number with G, such as 64G, and not more than a node has"),
        ("cpu count", "CpusPerWorker", "Ask for no more CPUs than a node has"),
        ("processors", "CpusPerWorker", "Ask for no more CPUs than a node has"),
        ("option", "SlurmOptions", "They are options of sbatch; `sbatch --help` lists them"),
        ("node configuration", null, "No node has all that is asked for: fewer CpusPerWorker, GpusPerWorker or Memory, or another Partition"),
    ];

    // The controller may answer again later. Whether it has taken the job is known only of the first.
    private static readonly string[] Refused = ["unable to contact", "temporarily", "connection refused"], Unknown = ["timed out", "does not answer"];

    /// <summary>Whether the controller has not taken the job, and the same command may succeed a moment later.</summary>
    public static bool MayBeTriedAgain(string error) => Has(error, Refused) && !Has(error, Unknown);

    private static bool MayPass(string error) => Has(error, Refused) || Has(error, Unknown);

    private static bool Has(string error, string[] any) => any.Any(words => error.Contains(words, StringComparison.OrdinalIgnoreCase));

    /// <summary>The error for a message of sbatch.</summary>
    public static AttributionException Of(string error)
    {
        var said = Readable(error);
        var known = MayPass(error) ? default : Known.FirstOrDefault(k => said.Contains(k.Words, StringComparison.OrdinalIgnoreCase));
        var advice = known.Advice is { } of ? $"{of}."
            : Has(error, Unknown) ? "It may have taken it all the same: look with `squeue --me`, cancel what is there with `scancel`, and build again once its "
                + "controller answers: `scontrol ping`."
            : MayPass(error) ? "Build again once its controller answers: `scontrol ping`."
            : "Correct the property that it comes from: Partition, Account, TimeLimit, Memory, CpusPerWorker, GpusPerWorker or SlurmOptions.";
        return new AttributionException(ErrorCodes.SlurmRefused, $"Slurm does not take the job: {said}. {advice}")
        { Property = known.Property };
    }

    /// <summary>The message on one line, without prefixes.</summary>
    public static string Readable(string error) => string.Join("; ", error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(line => line.Replace("sbatch: ", "", StringComparison.Ordinal).Replace("error: ", "", StringComparison.Ordinal)
            .Replace("fatal: ", "", StringComparison.Ordinal))
        .Where(line => !line.Contains("PMIx", StringComparison.Ordinal))).TrimEnd('.');
}
