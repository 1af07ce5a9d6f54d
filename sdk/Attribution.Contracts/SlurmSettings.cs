namespace Attribution.Contracts;

/// <summary>What is asked of a Slurm cluster; never part of a fingerprint.</summary>
public sealed record SlurmSettings
{
    /// <summary>With Slurm, the GPUs of each worker, as <c>--gres=gpu:N</c>.</summary>
    [ProjectProperty("GpusPerWorker", ChangesNoResult = true, Default = "`1` if `Device` is `cuda`, else `0`")]
    public int? GpusPerWorker { get; set; }

    /// <summary>With Slurm, the partition.</summary>
    [ProjectProperty("Partition", ChangesNoResult = true, Default = "the cluster's")]
    public string? Partition { get; set; }

    /// <summary>With Slurm, the account that pays.</summary>
    [ProjectProperty("Account", ChangesNoResult = true, Default = "yours")]
    public string? Account { get; set; }

    /// <summary>With Slurm, how long a worker may run, as Slurm writes it: <c>90</c> minutes, <c>8:00:00</c>, <c>1-12</c>.</summary>
    [ProjectProperty("TimeLimit", ChangesNoResult = true, Default = "the partition's")]
    public string? TimeLimit { get; set; }

    /// <summary>With Slurm, the memory of each worker, such as <c>64G</c>.</summary>
    [ProjectProperty("Memory", ChangesNoResult = true, Default = "the partition's")]
    public string? Memory { get; set; }

    /// <summary>With Slurm, the CPUs of each worker.</summary>
    [ProjectProperty("CpusPerWorker", Least = 1, ChangesNoResult = true, Default = "the partition's")]
    public int? CpusPerWorker { get; set; }

    /// <summary>With Slurm, more options of <c>sbatch</c>, as in a shell: <c>--qos=long --exclude='node7,node9'</c>.</summary>
    [ProjectProperty("SlurmOptions", ChangesNoResult = true, Default = "none")]
    public string? SlurmOptions { get; set; }

    /// <summary>
    /// With Slurm, how many times in a row new workers are requested after all of them ended without computing anything. Workers that computed something before
    /// they reached their time limit or were preempted are always replaced.
    /// </summary>
    [ProjectProperty("Retries", ChangesNoResult = true)]
    public int Retries { get; set; } = 2;
}
