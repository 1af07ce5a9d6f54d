namespace Attribution.Diagnostics;

/// <summary>The codes of everything that can be wrong with what a user gave us, in ranges by subject.</summary>
public static class ErrorCodes
{
    // 10xx: the machine: libtorch, DuckDB, devices

    /// <summary>libtorch or TorchSharp's own library is not where it should be.</summary>
    public const string LibTorchMissing = "ATTR1001";

    /// <summary>The folder that was named as a libtorch holds none.</summary>
    public const string LibTorchUnusable = "ATTR1002";

    /// <summary>The system's loader refuses libtorch or TorchSharp's own library.</summary>
    public const string LibTorchDoesNotLoad = "ATTR1005";

    /// <summary>The number of threads asked for is not a positive number.</summary>
    public const string ThreadsInvalid = "ATTR1007";

    /// <summary>A warning: the libtorch in use is of another version than the TorchSharp package is made for.</summary>
    public const string LibTorchVersion = "ATTR1009";

    /// <summary>The memory of the device or of the machine does not suffice.</summary>
    public const string OutOfMemory = "ATTR1010";

    /// <summary>DuckDB's library is not there for this machine, or does not load.</summary>
    public const string DuckDbMissing = "ATTR1021";

    /// <summary>The device that was asked for is not there.</summary>
    public const string DeviceMissing = "ATTR1031";

    // 11xx: model folders, weights, the hub

    /// <summary>A safetensors file or a shard of one is not there, or may not be read.</summary>
    public const string SafetensorsUnreadable = "ATTR1110";

    /// <summary>The header of a safetensors file is truncated, not UTF-8, not JSON, or not of the format's structure.</summary>
    public const string SafetensorsHeader = "ATTR1111";

    /// <summary>A tensor's dtype, shape and place in a safetensors file contradict each other, the file, or other tensors.</summary>
    public const string SafetensorsLayout = "ATTR1112";

    /// <summary><c>model.safetensors.index.json</c> is malformed or contradicts its shards.</summary>
    public const string SafetensorsIndex = "ATTR1113";

    /// <summary>A tensor that was asked for is not among the weights.</summary>
    public const string TensorMissing = "ATTR1114";

    /// <summary>A tensor has a dtype that tensors of this build cannot hold.</summary>
    public const string TensorType = "ATTR1115";

    /// <summary>A PyTorch checkpoint is not there, may not be read, or is of the form before PyTorch 1.6.</summary>
    public const string CheckpointUnreadable = "ATTR1130";

    /// <summary>A PyTorch checkpoint is damaged: its archive, its pickle or a tensor contradict each other or themselves.</summary>
    public const string CheckpointDamaged = "ATTR1131";

    /// <summary>A PyTorch checkpoint names a function or class that is not one of those that make tensors and plain values.</summary>
    public const string CheckpointRefused = "ATTR1132";

    /// <summary>A model is named neither by an existing folder nor by a well-formed Hugging Face id.</summary>
    public const string ModelNotFound = "ATTR1120";

    /// <summary>A model's folder or repository lacks a file that a model needs.</summary>
    public const string ModelIncomplete = "ATTR1121";

    /// <summary>A hub setting of the environment, such as <c>HF_ENDPOINT</c>, has a value that cannot be used.</summary>
    public const string HubSetting = "ATTR1122";

    /// <summary>Something is not in the hub cache and <c>HF_HUB_OFFLINE</c> forbids to fetch it.</summary>
    public const string HubOffline = "ATTR1123";

    /// <summary>The hub wants an accepted licence or another token (401, 403).</summary>
    public const string HubAccess = "ATTR1124";

    /// <summary>The hub has no such repository, revision or file (404).</summary>
    public const string HubNotFound = "ATTR1125";

    /// <summary>The hub could not be reached or kept failing, after every retry.</summary>
    public const string HubUnreachable = "ATTR1126";

    /// <summary>What the hub sent does not have the size or hash that it announced.</summary>
    public const string HubContent = "ATTR1127";

    /// <summary>The hub cache cannot be written: the disk is full or the folder is not writable.</summary>
    public const string HubCache = "ATTR1128";

    /// <summary>A JSON file of a model's or an adapter's folder is missing, malformed, or has a property that cannot be.</summary>
    public const string ModelConfigInvalid = "ATTR1150";

    /// <summary>The <c>model_type</c> of a <c>config.json</c> is not a supported family.</summary>
    public const string ModelTypeUnknown = "ATTR1151";

    /// <summary>A model's or an adapter's configuration asks for something that changes the numbers and is not implemented.</summary>
    public const string ModelOptionUnsupported = "ATTR1152";

    /// <summary>The weights lack a tensor, have one too many, or one of another shape than the configuration asks for.</summary>
    public const string ModelWeightsInvalid = "ATTR1153";

    /// <summary>A LoRA adapter is malformed or does not fit the model.</summary>
    public const string AdapterInvalid = "ATTR1154";

    // 12xx: tokenizers, chat templates, keep masks

    /// <summary>A model folder has no <c>tokenizer.json</c>.</summary>
    public const string TokenizerMissing = "ATTR1201";

    /// <summary>A tokenizer file is not JSON, or a part of it is missing or of the wrong type.</summary>
    public const string TokenizerMalformed = "ATTR1202";

    /// <summary>A tokenizer uses a component or option that is not implemented.</summary>
    public const string TokenizerUnsupported = "ATTR1203";

    /// <summary>Parts of a tokenizer file contradict each other, such as a merge of tokens that do not exist.</summary>
    public const string TokenizerInconsistent = "ATTR1204";

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

    /// <summary>A token id is not in the model's vocabulary.</summary>
    public const string TokenOutOfRange = "ATTR1291";

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

    /// <summary>Held-out prompts ended with an answer, which is cut (a warning).</summary>
    public const string PromptAnswerCut = "ATTR1326";

    /// <summary>A dataset's columns are those of several formats.</summary>
    public const string DatasetFormatAmbiguous = "ATTR1327";

    /// <summary>A table of vectors that is not there, damaged, or none.</summary>
    public const string VectorTableInvalid = "ATTR1319";

    /// <summary>A file in NumPy's format that is damaged, or holds what vectors are not made of.</summary>
    public const string NpyInvalid = "ATTR1331";

    /// <summary>A file of a table of vectors is missing, or has another number of rows than the others.</summary>
    public const string VectorTableIncomplete = "ATTR1332";

    /// <summary>No format of vectors has the name that was asked for.</summary>
    public const string VectorFormatUnknown = "ATTR1333";

    /// <summary>A repository or folder lacks files that a recipe reads.</summary>
    public const string RecipeFilesMissing = "ATTR1320";

    /// <summary>More rows of published files are broken than a recipe skips.</summary>
    public const string TooManyBrokenRows = "ATTR1321";

    /// <summary>A recipe has no such parameter, or it cannot have the value.</summary>
    public const string RecipeParameterInvalid = "ATTR1322";

    /// <summary>Rows of published files were broken and are skipped (a warning).</summary>
    public const string BrokenRowsSkipped = "ATTR1323";

    /// <summary>A recipe holds out no prompts.</summary>
    public const string RecipeWithoutPrompts = "ATTR1324";

    /// <summary>A model that writes a dataset answered with something that is none.</summary>
    public const string WrittenRowsInvalid = "ATTR1325";

    // 14xx: attribution methods and vectors

    /// <summary>No attribution method has the name that was asked for.</summary>
    public const string UnknownMethod = "ATTR1401";

    /// <summary>Two attribution methods have one name.</summary>
    public const string MethodNameTaken = "ATTR1402";

    /// <summary>A layer is not one of the model's blocks.</summary>
    public const string LayerOutOfRange = "ATTR1403";

    /// <summary>A method reads a control conversation that a row does not have.</summary>
    public const string ControlMissing = "ATTR1404";

    /// <summary>An experiment's own method returned something that is not a vector of the model's width.</summary>
    public const string MethodResultInvalid = "ATTR1405";

    /// <summary>Truncation cut answers away, so that their rows have no vector (a warning).</summary>
    public const string AnswerCutAway = "ATTR1406";

    /// <summary>A row lacks a control that the base model cannot write for it.</summary>
    public const string ControlNotWritable = "ATTR1407";

    /// <summary>The ranges of a context-attribution task do not fit together.</summary>
    public const string AttributionTaskInvalid = "ATTR1450";

    /// <summary>A score estimator is damaged, or is none.</summary>
    public const string EstimatorInvalid = "ATTR1451";

    /// <summary>A score estimator belongs to another model.</summary>
    public const string EstimatorOfAnotherModel = "ATTR1452";

    /// <summary>An option of training an estimator is out of range.</summary>
    public const string EstimatorOptionInvalid = "ATTR1453";

    /// <summary>No example has a target unit to train an estimator on.</summary>
    public const string NoTargetUnits = "ATTR1454";

    /// <summary>An example's features and outputs have other sizes than they should, or are not finite.</summary>
    public const string TaskFeaturesInvalid = "ATTR1455";

    /// <summary>A setting of the projection of weight gradients cannot be, or its file is malformed.</summary>
    public const string ProjectionInvalid = "ATTR1411";

    /// <summary>A row of questions with contexts has a column that is missing, empty or no text.</summary>
    public const string ContextRowMalformed = "ATTR1460";

    /// <summary>A chat template changes a message, so that the pieces of the context are not found in the prompt.</summary>
    public const string ContextNotInPrompt = "ATTR1461";

    /// <summary>There is nothing to attribute an answer to, or no example of which anything can be attributed.</summary>
    public const string NothingToAttribute = "ATTR1462";

    /// <summary>A range of an answer is not in it, or has no token.</summary>
    public const string AnswerRangeInvalid = "ATTR1463";

    /// <summary>Some examples take no part (a warning).</summary>
    public const string ExamplesExcluded = "ATTR1464";

    /// <summary>No way to score sources has the name that was asked for.</summary>
    public const string UnknownScorer = "ATTR1465";

    // 15xx: scores and selection

    /// <summary>No scoring method has the name that was asked for.</summary>
    public const string UnknownScoring = "ATTR1501";

    /// <summary>k is not positive, or larger than the number of rows that can be selected.</summary>
    public const string TopKInvalid = "ATTR1502";

    /// <summary>A scoring method reads control vectors that the evaluation set does not have.</summary>
    public const string ControlVectorsMissing = "ATTR1503";

    /// <summary>Training and evaluation vectors have different widths.</summary>
    public const string VectorWidths = "ATTR1504";

    /// <summary>There is no vector with finite numbers to compare with.</summary>
    public const string NoVectors = "ATTR1505";

    /// <summary>A selected row is not in the dataset that it should be of.</summary>
    public const string SelectionWithoutRow = "ATTR1506";

    /// <summary>A line of a file of selected rows is malformed.</summary>
    public const string SelectedRowInvalid = "ATTR1507";

    /// <summary>An evaluation set has too few pairs to train a probe.</summary>
    public const string ProbePairsTooFew = "ATTR1508";

    /// <summary>A row holds tokens where words are compared.</summary>
    public const string RowWithoutText = "ATTR1509";

    /// <summary>Vectors that were projected differently, or one side of which was not projected at all.</summary>
    public const string ProjectionsDiffer = "ATTR1521";

    /// <summary>There are no system prompts to make a persona of a trait from.</summary>
    public const string PersonaPromptsMissing = "ATTR1520";

    /// <summary>A row of an evaluation set has no prompt that a persona could be asked.</summary>
    public const string PersonaPromptUnusable = "ATTR1524";

    /// <summary>A file of persona vectors is not there, or is none for the model.</summary>
    public const string PersonaVectorInvalid = "ATTR1522";

    /// <summary>A persona is asked for and the evaluation set has no trait.</summary>
    public const string PersonaTraitMissing = "ATTR1523";

    // 16xx: fine-tuning, evaluation, judging

    /// <summary>An option of fine-tuning is out of range.</summary>
    public const string TrainingOptionInvalid = "ATTR1601";

    /// <summary>No row has an answer to train on.</summary>
    public const string NothingToTrain = "ATTR1602";

    /// <summary>A loss or a gradient became infinite or NaN.</summary>
    public const string LossNotFinite = "ATTR1603";

    /// <summary>A held-out prompt leaves no room for an answer.</summary>
    public const string PromptTooLong = "ATTR1621";

    /// <summary>A trait that no scale is known for.</summary>
    public const string UnknownTrait = "ATTR1641";

    /// <summary>A trait without a rule judge.</summary>
    public const string NoRuleJudge = "ATTR1642";

    /// <summary>A judge gave a score outside its scale.</summary>
    public const string ScoreOffScale = "ATTR1643";

    /// <summary>No judge has the name that was asked for.</summary>
    public const string UnknownJudge = "ATTR1644";

    /// <summary>A judging model's endpoint is no address that can be used, or is not what its name says.</summary>
    public const string ChatEndpointInvalid = "ATTR1645";

    /// <summary>An endpoint wants a key, another key, or money on its account (401, 402, 403, quota).</summary>
    public const string ChatAccess = "ATTR1646";

    /// <summary>An endpoint refused a call for good: an unknown model, a conversation that is too long (400, 404, 413, 422).</summary>
    public const string ChatRefused = "ATTR1647";

    /// <summary>An endpoint could not be reached or kept failing, after every retry.</summary>
    public const string ChatUnreachable = "ATTR1648";

    /// <summary>Another call might pass the budget of tokens.</summary>
    public const string ChatBudget = "ATTR1649";

    /// <summary>There is no judging prompt for a trait, or it is not one.</summary>
    public const string JudgePromptInvalid = "ATTR1650";

    /// <summary>A judging prompt compares with a reference that a held-out prompt does not have.</summary>
    public const string JudgeReferenceMissing = "ATTR1651";

    /// <summary>Too many answers got no score.</summary>
    public const string TooManyUnjudged = "ATTR1652";

    /// <summary>A file of labelled examples is not one.</summary>
    public const string LabelledExamplesInvalid = "ATTR1653";

    /// <summary>A <c>.env</c> file is malformed.</summary>
    public const string EnvironmentFileInvalid = "ATTR1655";

    /// <summary>A reply in the store is damaged (a warning): it is asked for again.</summary>
    public const string ReplyDamaged = "ATTR1654";

    // 17xx: metrics and snapshots

    /// <summary>A metric differs from its snapshot by more than its tolerance.</summary>
    public const string SnapshotDiffers = "ATTR1701";

    /// <summary>A snapshot, or the file of its tolerances, is not one.</summary>
    public const string SnapshotInvalid = "ATTR1702";

    /// <summary>An experiment that is to be compared or asked about has not been built yet, or is not there.</summary>
    public const string MetricsMissing = "ATTR1711";

    /// <summary>A comparison with a revision, where git is not there or the experiment is not in a repository.</summary>
    public const string GitUnusable = "ATTR1712";

    /// <summary>The git repository has no revision of that name.</summary>
    public const string RevisionUnknown = "ATTR1713";

    /// <summary>The revision has no snapshot of the experiment.</summary>
    public const string SnapshotNotInRevision = "ATTR1714";

    /// <summary>A query that DuckDB does not take, or that failed.</summary>
    public const string QueryInvalid = "ATTR1731";

    /// <summary>A query that is no question: it would change something.</summary>
    public const string QueryNotReadOnly = "ATTR1732";

    /// <summary>A file that the report is made of is not what it should be.</summary>
    public const string ReportInputInvalid = "ATTR1721";

    // 18xx: the artifact store

    /// <summary>An artifact of the store is damaged; it was set aside (a warning) or cannot be used (an error).</summary>
    public const string StoreDamaged = "ATTR1801";

    /// <summary>The disk, or the quota, of the store is full.</summary>
    public const string StoreFull = "ATTR1802";

    /// <summary>The store, or a part of it, may not be written.</summary>
    public const string StoreNotWritable = "ATTR1803";

    /// <summary>A request has no canonical form: NaN, an infinity, a name twice, text that is not Unicode.</summary>
    public const string RequestNotCanonical = "ATTR1804";

    /// <summary>An input file of a stage is missing or cannot be read.</summary>
    public const string InputUnreadable = "ATTR1805";

    /// <summary>An input file changed while it was being read.</summary>
    public const string InputChanging = "ATTR1806";

    /// <summary>The store is in use by a build and so cannot be collected.</summary>
    public const string StoreInUse = "ATTR1807";

    /// <summary>The file system of the store has no file locks (a warning).</summary>
    public const string StoreWithoutLocks = "ATTR1808";

    /// <summary>A stage's name cannot be a folder of the store.</summary>
    public const string StageNameInvalid = "ATTR1809";

    /// <summary>A stage wrote nothing, or something that the store does not keep.</summary>
    public const string OutputInvalid = "ATTR1810";

    /// <summary>A collection of the store was asked for without saying what may go.</summary>
    public const string CollectionUnbounded = "ATTR1811";

    /// <summary>Reading or writing the store failed for another reason of the file system.</summary>
    public const string StoreFailed = "ATTR1812";

    /// <summary>An artifact that was asked for by its fingerprint is not in the store.</summary>
    public const string ArtifactUnknown = "ATTR1813";

    // 19xx: experiment projects: properties and items
    // (Attribution.Sdk.ProjectErrorCodes: the build side does not load this library)

    /// <summary>A stage's request file is missing or malformed.</summary>
    public const string RequestInvalid = "ATTR1950";

    /// <summary>Two datasets have one name, or a name is none that a folder can have.</summary>
    public const string DatasetNameInvalid = "ATTR1951";

    /// <summary>A stage reads what a stage before it writes, which is not there.</summary>
    public const string UpstreamMissing = "ATTR1952";

    /// <summary>An experiment's own assembly cannot be loaded, or a class in it cannot be made.</summary>
    public const string PluginInvalid = "ATTR1953";

    /// <summary>No recipe has the name that was asked for.</summary>
    public const string UnknownRecipe = "ATTR1954";

    /// <summary>Something that nobody foresaw: a fault of this program, to be reported.</summary>
    public const string Unexpected = "ATTR1999";
}
