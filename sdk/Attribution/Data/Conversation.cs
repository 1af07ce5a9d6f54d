using System.Security.Cryptography;

namespace Attribution.Data;

/// <summary>One side of a dataset's row: messages still to be rendered, or tokens.</summary>
public abstract record Conversation
{
    private protected Conversation()
    {
    }

    /// <summary>Feeds the canonical form, in which no two conversations are alike.</summary>
    internal abstract void AddTo(IncrementalHash hash);
}
