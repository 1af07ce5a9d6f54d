namespace Attribution.Diagnostics;

/// <summary>The codes of all errors in what a user provided, in ranges by subject.</summary>
public static partial class ErrorCodes
{
    // 10xx: the machine: libtorch, DuckDB, devices

    /// <summary>libtorch or TorchSharp's own library is missing.</summary>
    public const string LibTorchMissing = "ATTR1001";

    /// <summary>The folder that was named as a libtorch contains none.</summary>
    public const string LibTorchUnusable = "ATTR1002";

    /// <summary>The system's loader refuses libtorch or TorchSharp's own library.</summary>
    public const string LibTorchDoesNotLoad = "ATTR1005";

    /// <summary>The number of threads asked for is not a positive number.</summary>
    public const string ThreadsInvalid = "ATTR1007";

    /// <summary>The number of workers asked for is not a positive number.</summary>
    public const string WorkersInvalid = "ATTR1011";

    /// <summary>The libtorch in use is of a version that TorchSharp was not tested with (a warning).</summary>
    public const string LibTorchVersion = "ATTR1009";

    /// <summary>The device or the machine has too little memory.</summary>
    public const string OutOfMemory = "ATTR1010";

    /// <summary>A file or folder cannot be read or written: permissions, space, or a broken disk.</summary>
    public const string FileAccess = "ATTR1015";

    /// <summary>DuckDB's library for this machine is missing or does not load.</summary>
    public const string DuckDbMissing = "ATTR1021";

    /// <summary>The requested device does not exist.</summary>
    public const string DeviceMissing = "ATTR1031";

    /// <summary>The commands of Slurm are not here.</summary>
    public const string SlurmMissing = "ATTR1041";

    /// <summary>Slurm does not take a job: an option is not what the cluster has, or its controller does not answer.</summary>
    public const string SlurmRefused = "ATTR1042";

    /// <summary>The workers of a Slurm array died, or ended without having computed what is missing.</summary>
    public const string SlurmWorkersFailed = "ATTR1043";

    /// <summary>A warning: Slurm does not say whether workers are alive.</summary>
    public const string SlurmSilent = "ATTR1044";

    // 11xx: model folders, weights, the hub

    /// <summary>A safetensors file or a shard is missing, or may not be read.</summary>
    public const string SafetensorsUnreadable = "ATTR1110";

    /// <summary>The header of a safetensors file is truncated, not UTF-8, not JSON, or has the wrong structure.</summary>
    public const string SafetensorsHeader = "ATTR1111";

    /// <summary>A tensor's dtype, shape and position in a safetensors file contradict each other, the file, or other tensors.</summary>
    public const string SafetensorsLayout = "ATTR1112";

    /// <summary><c>model.safetensors.index.json</c> is malformed or contradicts its shards.</summary>
    public const string SafetensorsIndex = "ATTR1113";

    /// <summary>A requested tensor is not among the weights.</summary>
    public const string TensorMissing = "ATTR1114";

    /// <summary>A tensor has a dtype that libtorch does not support.</summary>
    public const string TensorType = "ATTR1115";

    /// <summary>A PyTorch checkpoint is missing, may not be read, or has the form from before PyTorch 1.6.</summary>
    public const string CheckpointUnreadable = "ATTR1130";

    /// <summary>A PyTorch checkpoint is damaged: its archive, its pickle or a tensor is inconsistent.</summary>
    public const string CheckpointDamaged = "ATTR1131";

    /// <summary>A PyTorch checkpoint names a function or class that does not create tensors or plain values.</summary>
    public const string CheckpointRefused = "ATTR1132";

    /// <summary>A model's name is neither an existing folder nor a well-formed Hugging Face id.</summary>
    public const string ModelNotFound = "ATTR1120";

    /// <summary>A model's folder or repository lacks a file that a model needs.</summary>
    public const string ModelIncomplete = "ATTR1121";

    /// <summary>A hub setting in the environment, such as <c>HF_ENDPOINT</c>, has an unusable value.</summary>
    public const string HubSetting = "ATTR1122";

    /// <summary>Something is not in the hub cache, and <c>HF_HUB_OFFLINE</c> forbids fetching it.</summary>
    public const string HubOffline = "ATTR1123";

    /// <summary>The hub requires an accepted licence or another token (401, 403).</summary>
    public const string HubAccess = "ATTR1124";

    /// <summary>The hub has no such repository, revision or file (404).</summary>
    public const string HubNotFound = "ATTR1125";

    /// <summary>The hub could not be reached or kept failing, after every retry.</summary>
    public const string HubUnreachable = "ATTR1126";

    /// <summary>A download does not have the announced size or hash.</summary>
    public const string HubContent = "ATTR1127";

    /// <summary>The hub cache cannot be written: the disk is full or the folder is not writable.</summary>
    public const string HubCache = "ATTR1128";

    /// <summary>A JSON file in a model's or an adapter's folder is missing or malformed, or has an impossible property.</summary>
    public const string ModelConfigInvalid = "ATTR1150";

    /// <summary>The <c>model_type</c> of a <c>config.json</c> is not a supported family.</summary>
    public const string ModelTypeUnknown = "ATTR1151";

    /// <summary>A model's or an adapter's configuration requires something that changes the numbers and is not implemented.</summary>
    public const string ModelOptionUnsupported = "ATTR1152";

    /// <summary>The weights lack a tensor, have one too many, or have one with another shape than the configuration requires.</summary>
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

    /// <summary>A tokenizer produces more from a text, or takes longer for it, than any real one.</summary>
    public const string TokenizerLimit = "ATTR1205";

    /// <summary>A model folder has no chat template, or none with the given name, or its files cannot be read.</summary>
    public const string ChatTemplateMissing = "ATTR1220";

    /// <summary>A chat template has invalid syntax, or uses a construct that the interpreter does not support.</summary>
    public const string ChatTemplateSyntax = "ATTR1221";

    /// <summary>A chat template failed while rendering: an undefined value was used, or a value has the wrong type.</summary>
    public const string ChatTemplateEvaluation = "ATTR1222";

    /// <summary>A chat template refused the conversation with <c>raise_exception</c>.</summary>
    public const string ChatTemplateRaised = "ATTR1223";

    /// <summary>A chat template exceeded a limit of time, depth or output.</summary>
    public const string ChatTemplateLimit = "ATTR1224";

    /// <summary>A conversation has no assistant turn.</summary>
    public const string NoAssistantTurn = "ATTR1225";

    /// <summary>The last assistant turn cannot be found in the rendered chat template.</summary>
    public const string AssistantTurnNotFound = "ATTR1226";

    /// <summary>A list of messages is malformed.</summary>
    public const string MessagesInvalid = "ATTR1227";

    /// <summary>A token id is not in the model's vocabulary.</summary>
    public const string TokenOutOfRange = "ATTR1291";
}
