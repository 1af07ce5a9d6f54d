namespace Attribution.Models.Checkpoints;

/// <summary>A pickle contradicts itself; the reader says where and in which file.</summary>
/// <param name="message">What is wrong, as a clause.</param>
internal sealed class PickleException(string message) : Exception(message);
