namespace QuickstartModel.Corpus;

/// <summary>Which part of the language a text may use: the training pool and the evaluation sets have entities and phrases of their own.</summary>
internal enum Share
{
    /// <summary>Everything: what the base model is trained on.</summary>
    All,

    /// <summary>What the training pool uses.</summary>
    Pool,

    /// <summary>What the evaluation pairs and held-out prompts use.</summary>
    Evaluation,
}
