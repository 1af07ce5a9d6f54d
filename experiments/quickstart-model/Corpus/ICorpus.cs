using Attribution.Tokenization;

namespace QuickstartModel.Corpus;

/// <summary>What a tiny model learns from, as long as one likes.</summary>
internal interface ICorpus
{
    /// <summary>How many tokens say it well: most of its words are one.</summary>
    int VocabularySize { get; }

    /// <summary>
    /// The document of an index, which depends on nothing but the seed and the index: a conversation, or a single message of no role that is plain text.
    /// </summary>
    IReadOnlyList<ChatMessage> Document(long index);
}
