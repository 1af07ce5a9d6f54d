namespace Attribution.Diagnostics;

public static partial class ErrorCodes
{
    // 13xx: datasets and their rows

    /// <summary>The dataset's file does not exist.</summary>
    public const string DatasetNotFound = "ATTR1301";

    /// <summary>The dataset's extension belongs to no supported format.</summary>
    public const string DatasetFormatUnknown = "ATTR1302";

    /// <summary>The file is not what its extension says, or is damaged.</summary>
    public const string DatasetUnreadable = "ATTR1303";

    /// <summary>A line or value in a JSON file is not JSON.</summary>
    public const string DatasetMalformedJson = "ATTR1304";

    /// <summary>The dataset lacks a required column.</summary>
    public const string DatasetColumnMissing = "ATTR1305";

    /// <summary>A column's type does not suit its name.</summary>
    public const string DatasetColumnType = "ATTR1306";

    /// <summary>Two columns have the same name.</summary>
    public const string DatasetColumnDuplicate = "ATTR1307";

    /// <summary>The dataset has no rows, or none after the filter.</summary>
    public const string DatasetEmpty = "ATTR1308";

    /// <summary>The filter is not a SQL predicate over the dataset's columns.</summary>
    public const string DatasetFilterInvalid = "ATTR1309";

    /// <summary>A dataset's option is out of range.</summary>
    public const string DatasetOptionInvalid = "ATTR1310";

    /// <summary>A row of a JSON file is not an object.</summary>
    public const string RowNotAnObject = "ATTR1311";

    /// <summary>A row has no treatment.</summary>
    public const string RowWithoutTreatment = "ATTR1312";

    /// <summary>A row lacks a control that is needed.</summary>
    public const string RowWithoutControl = "ATTR1313";

    /// <summary>A conversation has no assistant turn.</summary>
    public const string ConversationWithoutAssistant = "ATTR1314";

    /// <summary>Messages are not a list of role and content, both text.</summary>
    public const string MessagesMalformed = "ATTR1315";

    /// <summary>Token ids or keep masks have the wrong form.</summary>
    public const string TokensMalformed = "ATTR1316";

    /// <summary>A keep mask and its tokens have different lengths.</summary>
    public const string KeepLengthDiffers = "ATTR1317";

    /// <summary>A file of held-out prompts is malformed.</summary>
    public const string PromptsMalformed = "ATTR1318";

    /// <summary>Held-out prompts ended with an answer, which is removed (a warning).</summary>
    public const string PromptAnswerCut = "ATTR1326";

    /// <summary>A dataset's columns fit several formats.</summary>
    public const string DatasetFormatAmbiguous = "ATTR1327";

    /// <summary>A table of vectors is missing or damaged, or the file is not one.</summary>
    public const string VectorTableInvalid = "ATTR1319";

    /// <summary>A file in NumPy's format is damaged, or has the wrong type.</summary>
    public const string NpyInvalid = "ATTR1331";

    /// <summary>A file of a vector table is missing, or has a different number of rows than the others.</summary>
    public const string VectorTableIncomplete = "ATTR1332";

    /// <summary>There is no vector format with the given name.</summary>
    public const string VectorFormatUnknown = "ATTR1333";

    /// <summary>A repository or folder lacks files that a recipe reads.</summary>
    public const string RecipeFilesMissing = "ATTR1320";

    /// <summary>Published files have more broken rows than a recipe skips.</summary>
    public const string TooManyBrokenRows = "ATTR1321";

    /// <summary>A recipe has no such parameter, or its value is not allowed.</summary>
    public const string RecipeParameterInvalid = "ATTR1322";

    /// <summary>Broken rows in published files are skipped (a warning).</summary>
    public const string BrokenRowsSkipped = "ATTR1323";

    /// <summary>A recipe holds out no prompts.</summary>
    public const string RecipeWithoutPrompts = "ATTR1324";

    /// <summary>The reply of a model that writes a dataset cannot be used.</summary>
    public const string WrittenRowsInvalid = "ATTR1325";

    // 14xx: attribution methods and vectors

    /// <summary>There is no attribution method with the given name.</summary>
    public const string UnknownMethod = "ATTR1401";

    /// <summary>Two attribution methods have the same name.</summary>
    public const string MethodNameTaken = "ATTR1402";

    /// <summary>A layer is not one of the model's blocks.</summary>
    public const string LayerOutOfRange = "ATTR1403";

    /// <summary>A method reads a control that a row does not have.</summary>
    public const string ControlMissing = "ATTR1404";

    /// <summary>An experiment's own method returned something that is not a vector of the model's width.</summary>
    public const string MethodResultInvalid = "ATTR1405";

    /// <summary>Truncation cut answers away, so that their rows have no vector (a warning).</summary>
    public const string AnswerCutAway = "ATTR1406";

    /// <summary>A row lacks a control that the base model cannot write for it.</summary>
    public const string ControlNotWritable = "ATTR1407";

    /// <summary>The ranges of a context-attribution task do not fit together.</summary>
    public const string AttributionTaskInvalid = "ATTR1450";

    /// <summary>A score estimator is damaged, or the file is not one.</summary>
    public const string EstimatorInvalid = "ATTR1451";

    /// <summary>A score estimator belongs to another model.</summary>
    public const string EstimatorOfAnotherModel = "ATTR1452";

    /// <summary>An option of an estimator's training is out of range.</summary>
    public const string EstimatorOptionInvalid = "ATTR1453";

    /// <summary>No example has a target unit to train an estimator on.</summary>
    public const string NoTargetUnits = "ATTR1454";

    /// <summary>An example's features and outputs have wrong sizes, or are not finite.</summary>
    public const string TaskFeaturesInvalid = "ATTR1455";

    /// <summary>A setting of the projection of weight gradients is invalid, or its file is malformed.</summary>
    public const string ProjectionInvalid = "ATTR1411";

    /// <summary>A row of questions with contexts has a column that is missing, empty or not text.</summary>
    public const string ContextRowMalformed = "ATTR1460";

    /// <summary>A chat template changes a message, so that the pieces of the context are not found in the prompt.</summary>
    public const string ContextNotInPrompt = "ATTR1461";

    /// <summary>There is nothing to attribute an answer to, or no example can be attributed.</summary>
    public const string NothingToAttribute = "ATTR1462";

    /// <summary>A range of an answer is outside of it, or contains no token.</summary>
    public const string AnswerRangeInvalid = "ATTR1463";

    /// <summary>Some examples are left out (a warning).</summary>
    public const string ExamplesExcluded = "ATTR1464";

    /// <summary>There is no scorer of sources with the given name.</summary>
    public const string UnknownScorer = "ATTR1465";
}
