namespace Attribution.Tokenization;

/// <summary>Whose loss counts in a conversation of several assistant turns.</summary>
public enum LossTurns
{
    /// <summary>That of the last assistant turn.</summary>
    LastTurn,

    /// <summary>That of every assistant turn.</summary>
    AllTurns,
}
