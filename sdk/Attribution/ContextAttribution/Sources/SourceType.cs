namespace Attribution.ContextAttribution.Sources;

/// <summary>What the pieces are that an answer is attributed to.</summary>
public enum SourceType
{
    /// <summary>Single tokens. Training uses these: they are many, and every ablation tells something of each.</summary>
    Token,

    /// <summary>What stands between white space.</summary>
    Word,

    /// <summary>Sentences, as <see cref="SentenceSplitter"/> finds them. What people are shown.</summary>
    Sentence,

    /// <summary>Whole documents, of a context that has several.</summary>
    Document,
}
