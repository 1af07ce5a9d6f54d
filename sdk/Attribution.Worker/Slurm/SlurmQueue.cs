using System.Globalization;

namespace Attribution.Worker.Slurm;

/// <summary>
/// Asks Slurm which tasks of an array are running or still to run. It is no failure if Slurm no longer knows the array, and nothing follows if Slurm does not
/// answer.
/// </summary>
/// <param name="job">The array's job.</param>
internal sealed class SlurmQueue(string job)
{
    /// <summary>The environment variable with the seconds between two questions.</summary>
    public const string Variable = "ATTRIBUTION_SLURM_POLL";

    // A task that is COMPLETING has done its work.
    private static readonly HashSet<string> States = ["PENDING", "RUNNING", "CONFIGURING", "SUSPENDED", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESIZING",
        "SIGNALING", "STAGE_OUT", "STOPPED", "SPECIAL_EXIT"];

    /// <summary>The seconds between two questions.</summary>
    public static TimeSpan Pause { get; } = TimeSpan.FromSeconds(double.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.Float,
        CultureInfo.InvariantCulture, out var seconds) && seconds > 0 ? seconds : 15);

    /// <summary>The tasks, for example <c>17_3</c>, with their state and its reason; null if Slurm did not answer.</summary>
    public IReadOnlyDictionary<string, (string State, string Reason)>? Ask()
    {
        var answer = SlurmCommand.Run("squeue", "--noheader", "--array", $"--jobs={job}", "--format=%i|%T|%r");
        if (answer.Code != 0)
            return answer.Error.Contains("Invalid job id", StringComparison.OrdinalIgnoreCase) ? new Dictionary<string, (string, string)>() : null;
        return answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|'))
            .Where(parts => parts.Length == 3 && States.Contains(parts[1].Trim()))
            .ToDictionary(parts => parts[0].Trim(), parts => (parts[1].Trim(), parts[2].Trim()));
    }
}
