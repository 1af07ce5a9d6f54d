using Attribution.Tokenization;

namespace QuickstartModel.Corpus;

/// <summary>What a tiny model learns from, as long as one likes.</summary>
internal interface ICorpus
{
    /// <summary>The document of an index, which depends on nothing but the seed and the index: a conversation, or a single message of no role that is plain text.</summary>
    IReadOnlyList<ChatMessage> Document(long index);
}
