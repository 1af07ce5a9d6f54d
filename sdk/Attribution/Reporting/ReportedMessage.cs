namespace Attribution.Reporting;

/// <summary>A message of a training row.</summary>
/// <param name="Role">Who speaks; <c>tokens</c> for a row that came as token ids.</param>
/// <param name="Text">What is said.</param>
/// <param name="LeftOut">How many characters of it are not shown.</param>
public sealed record ReportedMessage(string Role, string Text, int? LeftOut = null);
