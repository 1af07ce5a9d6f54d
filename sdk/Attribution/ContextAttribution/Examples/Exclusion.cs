using System.Text.Json.Serialization;

namespace Attribution.ContextAttribution.Examples;

/// <summary>Why nothing can be attributed of an example.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Exclusion>))]
public enum Exclusion
{
    /// <summary>The context is empty, or none of its pieces is a token.</summary>
    NoSource,

    /// <summary>The prompt leaves no room for an answer in the model's window.</summary>
    TooLong,

    /// <summary>The answer has no sentence.</summary>
    NoSentence,

    /// <summary>The answer has no <c>&lt;/think&gt;</c> that would end its thoughts.</summary>
    NoThoughts,
}
