namespace Attribution.Diagnostics;

/// <summary>The codes of everything that can be wrong with what a user gave us, in ranges by subject.</summary>
public static class ErrorCodes
{
    // 10xx: the machine: libtorch, DuckDB, compiler, devices

    // 11xx: model folders, weights, the hub

    // 12xx: tokenizers, chat templates, keep masks

    /// <summary>A model folder has no <c>tokenizer.json</c>.</summary>
    public const string TokenizerMissing = "ATTR1201";

    /// <summary>A tokenizer file is not JSON, or a part of it is missing or of the wrong type.</summary>
    public const string TokenizerMalformed = "ATTR1202";

    /// <summary>A tokenizer uses a component or option that is not implemented.</summary>
    public const string TokenizerUnsupported = "ATTR1203";

    /// <summary>Parts of a tokenizer file contradict each other, such as a merge of tokens that do not exist.</summary>
    public const string TokenizerInconsistent = "ATTR1204";

    // 13xx: datasets and their rows

    // 14xx: attribution methods and vectors

    // 15xx: scores and selection

    // 16xx: fine-tuning, evaluation, judging

    // 17xx: metrics and snapshots

    // 18xx: the artifact store

    // 19xx: experiment projects: properties and items
}
