namespace Attribution.Worker.Doctor;

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
