namespace Attribution.Evaluation;

/// <summary>One answer of a model to a held-out prompt.</summary>
/// <param name="PromptIndex">The 0-based place of the prompt.</param>
/// <param name="Repeat">Which of the answers to that prompt, from 0.</param>
/// <param name="Prompt">The user's last message.</param>
/// <param name="Text">What the model answered.</param>
/// <param name="TokenCount">The tokens generated.</param>
/// <param name="Complete">Whether the model ended the answer itself, rather than the limit.</param>
public sealed record Answer(int PromptIndex, int Repeat, string Prompt, string Text, int TokenCount, bool Complete);
