namespace Attribution.Diagnostics;

/// <summary>The codes of everything that can be wrong with what a user gave us, in ranges by subject.</summary>
public static class ErrorCodes
{
    // 10xx: the machine: libtorch, DuckDB, compiler, devices

    // 11xx: model folders, weights, the hub

    // 12xx: tokenizers, chat templates, keep masks

    // 13xx: datasets and their rows

    // 14xx: attribution methods and vectors

    // 15xx: scores and selection

    // 16xx: fine-tuning, evaluation, judging

    /// <summary>A trait that no scale is known for.</summary>
    public const string UnknownTrait = "ATTR1641";

    /// <summary>A trait without a rule judge.</summary>
    public const string NoRuleJudge = "ATTR1642";

    /// <summary>A judge gave a score outside its scale.</summary>
    public const string ScoreOffScale = "ATTR1643";

    // 17xx: metrics and snapshots

    // 18xx: the artifact store

    // 19xx: experiment projects: properties and items
}
