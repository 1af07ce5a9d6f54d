using Attribution.Tokenization;

namespace Attribution.ContextAttribution.Examples;

/// <summary>A piece of a document or of an answer: a source or a unit of the target.</summary>
/// <param name="Document">The 0-based document that it is of; 0 in an answer.</param>
/// <param name="Span">Its characters there.</param>
/// <param name="Text">What it says.</param>
/// <param name="Tokens">Its tokens in the whole sequence.</param>
public sealed record TextPiece(int Document, TextSpan Span, string Text, TokenRange Tokens);
