namespace Attribution.Diagnostics;

/// <summary>The codes of everything that can be wrong with what a user gave us, in ranges by subject.</summary>
public static class ErrorCodes
{
    // 10xx: the machine: libtorch, DuckDB, compiler, devices

    // 11xx: model folders, weights, the hub

    // 12xx: tokenizers, chat templates, keep masks

    /// <summary>A model folder has no chat template, or none of the name that was asked for, or its files cannot be read.</summary>
    public const string ChatTemplateMissing = "ATTR1220";

    /// <summary>A chat template is no valid template, or uses a construct that the interpreter does not have.</summary>
    public const string ChatTemplateSyntax = "ATTR1221";

    /// <summary>A chat template failed while it rendered: an undefined use, a wrong type.</summary>
    public const string ChatTemplateEvaluation = "ATTR1222";

    /// <summary>A chat template refused the conversation with <c>raise_exception</c>.</summary>
    public const string ChatTemplateRaised = "ATTR1223";

    /// <summary>A chat template ran longer, deeper or wider than a template may.</summary>
    public const string ChatTemplateLimit = "ATTR1224";

    /// <summary>A conversation has no assistant turn.</summary>
    public const string NoAssistantTurn = "ATTR1225";

    /// <summary>The last assistant turn cannot be found in what the chat template rendered.</summary>
    public const string AssistantTurnNotFound = "ATTR1226";

    /// <summary>A list of messages is not what it should be.</summary>
    public const string MessagesInvalid = "ATTR1227";

    // 13xx: datasets and their rows

    // 14xx: attribution methods and vectors

    // 15xx: scores and selection

    // 16xx: fine-tuning, evaluation, judging

    // 17xx: metrics and snapshots

    // 18xx: the artifact store

    // 19xx: experiment projects: properties and items
}
