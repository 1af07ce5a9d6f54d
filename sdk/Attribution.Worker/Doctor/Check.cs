namespace Attribution.Worker.Doctor;

/// <summary>The doctor's result for one part of the machine.</summary>
/// <param name="Part">Its name, for example <c>libtorch</c>.</param>
/// <param name="Status">Its status.</param>
/// <param name="Found">What was found, on one line.</param>
/// <param name="Mend">The command that fixes it; null if nothing has to be fixed.</param>
public sealed record Check(string Part, CheckStatus Status, string Found, string? Mend = null);

/// <summary>The status of a part of the machine.</summary>
public enum CheckStatus
{
    /// <summary>Present and in order.</summary>
    Ok,

    /// <summary>Missing, but not needed for everything.</summary>
    Absent,

    /// <summary>Present, but not in the best state.</summary>
    Warn,

    /// <summary>Needed, but missing.</summary>
    Missing,
}
