namespace Attribution.Worker.Doctor;

/// <summary>What the doctor saw of one part of the machine.</summary>
/// <param name="Part">Its name, such as <c>libtorch</c>.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Found">What was found, on one line.</param>
/// <param name="Mend">The one line that mends it; null where nothing is to be mended.</param>
public sealed record Check(string Part, CheckStatus Status, string Found, string? Mend = null);
