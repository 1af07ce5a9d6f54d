namespace Attribution.Judging;

/// <summary>What an answer is compared with, beside its question.</summary>
public enum JudgeReference
{
    /// <summary><see cref="JudgeRequest.GroundTruth"/>.</summary>
    GroundTruth,

    /// <summary><see cref="JudgeRequest.HighReference"/>.</summary>
    HighReference,

    /// <summary><see cref="JudgeRequest.LowReference"/>.</summary>
    LowReference,
}
