namespace Attribution.Worker.Doctor;

/// <summary>What the doctor saw of one part of the machine.</summary>
/// <param name="Part">Its name, such as <c>libtorch</c>.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Found">What was found, on one line.</param>
/// <param name="Mend">The one line that mends it; null where nothing is to be mended.</param>
public sealed record Check(string Part, CheckStatus Status, string Found, string? Mend = null);

/// <summary>How a part of the machine stands.</summary>
public enum CheckStatus
{
    /// <summary>There, and as it should be.</summary>
    Ok,

    /// <summary>Not there, and not needed for everything.</summary>
    Absent,

    /// <summary>There, but not as good as it could be.</summary>
    Warn,

    /// <summary>Needed, and not there.</summary>
    Missing,
}
