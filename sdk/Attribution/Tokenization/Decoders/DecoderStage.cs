namespace Attribution.Tokenization.Decoders;

/// <summary>
/// A step from tokens to text. It is given tokens one at a time and hands on whatever no later token can change, so that
/// decoding a whole sequence and decoding it as it comes are one thing.
/// </summary>
/// <param name="emit">Takes what the step makes.</param>
internal abstract class DecoderStage(Action<string> emit)
{
    /// <summary>Hands a token to the next step.</summary>
    protected void Emit(string token) => emit(token);

    /// <summary>Takes the next token.</summary>
    public abstract void Push(string token);

    /// <summary>Hands on what was held back; the sequence has ended.</summary>
    public virtual void Finish()
    {
    }
}
