namespace Attribution.Diagnostics;

/// <summary>The codes of everything that can be wrong with what a user gave us, in ranges by subject.</summary>
public static class ErrorCodes
{
    // 10xx: the machine: libtorch, DuckDB, compiler, devices

    /// <summary>DuckDB's library is not there and could not be fetched.</summary>
    public const string DuckDbMissing = "ATTR1021";

    /// <summary>The DuckDB library that the user named is not there, does not load or is too old.</summary>
    public const string DuckDbUnusable = "ATTR1022";

    // 11xx: model folders, weights, the hub

    // 12xx: tokenizers, chat templates, keep masks

    // 13xx: datasets and their rows

    /// <summary>The dataset's file is not there.</summary>
    public const string DatasetNotFound = "ATTR1301";

    /// <summary>The dataset's extension names no format that we read.</summary>
    public const string DatasetFormatUnknown = "ATTR1302";

    /// <summary>The file is not what its extension says, or is damaged.</summary>
    public const string DatasetUnreadable = "ATTR1303";

    /// <summary>A line or value of a JSON file is not JSON.</summary>
    public const string DatasetMalformedJson = "ATTR1304";

    /// <summary>The dataset lacks a column that is needed.</summary>
    public const string DatasetColumnMissing = "ATTR1305";

    /// <summary>A column is of a type that cannot hold what its name says.</summary>
    public const string DatasetColumnType = "ATTR1306";

    /// <summary>Two columns of one name.</summary>
    public const string DatasetColumnDuplicate = "ATTR1307";

    /// <summary>The dataset has no rows, or its filter left none.</summary>
    public const string DatasetEmpty = "ATTR1308";

    /// <summary>The filter is not a SQL predicate over the dataset's columns.</summary>
    public const string DatasetFilterInvalid = "ATTR1309";

    /// <summary>An option of a dataset is out of its range.</summary>
    public const string DatasetOptionInvalid = "ATTR1310";

    /// <summary>A row of a JSON file is not an object.</summary>
    public const string RowNotAnObject = "ATTR1311";

    /// <summary>A row has no treatment.</summary>
    public const string RowWithoutTreatment = "ATTR1312";

    /// <summary>A row has no control where one is needed.</summary>
    public const string RowWithoutControl = "ATTR1313";

    /// <summary>A conversation has no assistant turn.</summary>
    public const string ConversationWithoutAssistant = "ATTR1314";

    /// <summary>Messages that are not a list of role and content, both text.</summary>
    public const string MessagesMalformed = "ATTR1315";

    /// <summary>Token ids or keep marks that are not such.</summary>
    public const string TokensMalformed = "ATTR1316";

    /// <summary>A keep mask of another length than its tokens.</summary>
    public const string KeepLengthDiffers = "ATTR1317";

    /// <summary>A file of held-out prompts that is not one.</summary>
    public const string PromptsMalformed = "ATTR1318";

    /// <summary>A table of vectors that is not there, damaged, or none.</summary>
    public const string VectorTableInvalid = "ATTR1319";

    // 14xx: attribution methods and vectors

    // 15xx: scores and selection

    // 16xx: fine-tuning, evaluation, judging

    // 17xx: metrics and snapshots

    // 18xx: the artifact store

    // 19xx: experiment projects: properties and items
}
