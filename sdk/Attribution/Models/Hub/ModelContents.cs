namespace Attribution.Models.Hub;

/// <summary>How much of a model is needed.</summary>
public enum ModelContents
{
    /// <summary>The tokenizer, chat template and configuration: kilobytes to megabytes.</summary>
    Text,

    /// <summary>The weights as well.</summary>
    All,
}
