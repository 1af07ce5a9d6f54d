namespace Attribution.Diagnostics;

/// <summary>The codes of everything that can be wrong with what a user gave us, in ranges by subject.</summary>
public static partial class ErrorCodes
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

    /// <summary>The number of workers asked for is not a positive number.</summary>
    public const string WorkersInvalid = "ATTR1011";

    /// <summary>A warning: the libtorch in use is of another version than the TorchSharp package is made for.</summary>
    public const string LibTorchVersion = "ATTR1009";

    /// <summary>The memory of the device or of the machine does not suffice.</summary>
    public const string OutOfMemory = "ATTR1010";

    /// <summary>A file or folder cannot be read or written: rights, room, or a broken disk.</summary>
    public const string FileAccess = "ATTR1015";

    /// <summary>DuckDB's library is not there for this machine, or does not load.</summary>
    public const string DuckDbMissing = "ATTR1021";

    /// <summary>The device that was asked for is not there.</summary>
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

    /// <summary>A tokenizer makes of a text more, or takes longer for it, than any does.</summary>
    public const string TokenizerLimit = "ATTR1205";

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
}
