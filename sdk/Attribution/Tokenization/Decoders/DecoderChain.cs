namespace Attribution.Tokenization.Decoders;

/// <summary>The steps of a decoder at work on one sequence of tokens.</summary>
internal sealed class DecoderChain
{
    private readonly DecoderStage[] _stages;
    private readonly Action<string> _first;

    /// <param name="steps">What makes each step, given what takes its tokens.</param>
    /// <param name="output">Takes the text.</param>
    public DecoderChain(IReadOnlyList<Func<Action<string>, DecoderStage>> steps, Action<string> output)
    {
        _stages = new DecoderStage[steps.Count];
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            _stages[i] = steps[i](output);
            output = _stages[i].Push;
        }
        _first = output;
    }

    /// <summary>Decodes one more token.</summary>
    public void Push(string token) => _first(token);

    /// <summary>Decodes what was held back.</summary>
    public void Finish()
    {
        foreach (var stage in _stages)
            stage.Finish();
    }
}
