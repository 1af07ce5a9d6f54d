using System.Buffers;
using Attribution.Tokenization.Text;
using Microsoft.ML.Tokenizers;

namespace Attribution.Tokenization;

/// <content>
/// What every tokenizer of .NET does (<see cref="Microsoft.ML.Tokenizers.Tokenizer"/>): its methods give the ids of
/// <see cref="EncodeToIds(string, bool)"/>, the special tokens of the post-processor included. A token's offset is its range of the
/// text that was given, not of the normalized one, so that no normalized text is handed out beside it.
/// </content>
public sealed partial class Tokenizer
{
    /// <summary>The step that changes a text before it is cut into pieces, without the mapping back to the original; null for none.</summary>
    public override Normalizer? Normalizer => _definition.Normalizer is { } normalizer ? new NormalizerView(normalizer) : null;

    /// <summary>The steps that cut a normalized text into pieces, as ranges of that text; null for none.</summary>
    public override PreTokenizer? PreTokenizer => _definition.PreTokenizers.Steps is { Count: > 0 } steps ? new PreTokenizerView(steps) : null;

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return Decode(ids.ToArray(), skipSpecialTokens: false);
    }

    /// <inheritdoc/>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        int[] all = [.. ids];
        var text = Decode(all, skipSpecialTokens: false);
        (idsConsumed, charsWritten) = text.Length <= destination.Length ? (all.Length, text.Length) : Fitting(all, destination.Length);
        text.AsSpan(0, charsWritten).CopyTo(destination);
        return idsConsumed == all.Length ? OperationStatus.Done : OperationStatus.DestinationTooSmall;
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        text ??= textSpan.ToString();
        if (settings.MaxTokenCount == int.MaxValue)
            return new()
            {
                Tokens = _encoder.EncodeToIds(text, true, settings.ConsiderNormalization, settings.ConsiderPreTokenization),
                CharsConsumed = text.Length
            };
        var tokens = Encode(text, settings);
        var count = Leading(tokens, settings.MaxTokenCount);
        return new() { Tokens = tokens.Ids[..count], CharsConsumed = Consumed(tokens, count, text.Length) };
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        text ??= textSpan.ToString();
        var tokens = Encode(text, settings);
        var count = Leading(tokens, settings.MaxTokenCount);
        return new()
        {
            Tokens = [.. Enumerable.Range(0, count).Select(t =>
                new EncodedToken(tokens.Ids[t], IdToToken(tokens.Ids[t])!, tokens.Offsets[t].Start..tokens.Offsets[t].End))],
            CharsConsumed = Consumed(tokens, count, text.Length),
        };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        EncodeToIds(text, textSpan, settings).Tokens.Count;

    /// <inheritdoc/>
    protected override int GetIndexByTokenCount(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string? normalizedText, out int tokenCount)
    {
        text ??= textSpan.ToString();
        normalizedText = null;
        var tokens = Encode(text, settings);
        if (!fromEnd)
        {
            tokenCount = Leading(tokens, settings.MaxTokenCount);
            return Consumed(tokens, tokenCount, text.Length);
        }
        var first = Math.Max(0, tokens.Ids.Length - settings.MaxTokenCount);
        while (first > 0 && first < tokens.Ids.Length && ShareACharacter(tokens, first))
            first++;
        tokenCount = tokens.Ids.Length - first;
        // Tokens without characters of their own, such as an added eos, have the position of the text before them: its end.
        return first == 0 ? 0 : tokens.Offsets[first..].Where(token => token.Length > 0).Select(token => token.Start).DefaultIfEmpty(text.Length).First();
    }

    private TokenizedText Encode(string text, EncodeSettings settings) =>
        _encoder.Encode(text, true, settings.ConsiderNormalization, settings.ConsiderPreTokenization);

    /// <summary>The number of tokens that can be taken from the front without separating the tokens of one character.</summary>
    private static int Leading(TokenizedText tokens, int most)
    {
        var count = Math.Min(most, tokens.Ids.Length);
        while (count > 0 && count < tokens.Ids.Length && ShareACharacter(tokens, count))
            count--;
        return count;
    }

    private static bool ShareACharacter(TokenizedText tokens, int second) => tokens.Offsets[second].Start < tokens.Offsets[second - 1].End
        && tokens.Offsets[second].Length > 0;

    private static int Consumed(TokenizedText tokens, int count, int length) =>
        count == tokens.Ids.Length ? length : tokens.Offsets.AsSpan(0, count).ToArray().Select(token => token.End).DefaultIfEmpty(0).Max();

    /// <summary>The greatest number of ids whose text fits and is final, and the length of that text.</summary>
    private (int Ids, int Chars) Fitting(int[] ids, int room)
    {
        var decoder = CreateDecoder();
        List<int> lengths = [0];
        while (lengths[^1] <= room && lengths.Count <= ids.Length)
            lengths.Add(lengths[^1] + decoder.Append(ids[lengths.Count - 1]).Length);
        var count = lengths.Count - 1;
        while (count > 0 && (lengths[count] > room || Decode(ids.AsSpan(0, count)).Length != lengths[count]))
            count--;
        return (count, lengths[count]);
    }

    private sealed class NormalizerView(Normalizers.Normalizer normalizer) : Normalizer
    {
        public override string Normalize(string original)
        {
            var text = new AlignedText();
            text.Reset(Utf16.WellFormed(original), 0, tracked: false);
            if (text.Length > 0)
                normalizer.Apply(text);
            return text.Chars.ToString();
        }

        public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());
    }

    private sealed class PreTokenizerView(IReadOnlyList<PreTokenizers.PreTokenizer> steps) : PreTokenizer
    {
        public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
        {
            var aligned = new AlignedText();
            aligned.Reset(Utf16.WellFormed(text), 0, tracked: true);
            var pieces = new PieceList();
            pieces.Add(0, aligned.Length);
            foreach (var step in steps)
            {
                var finer = new PieceList();
                step.Apply(aligned, pieces, finer);
                pieces = finer;
            }
            return [.. pieces.Span.ToArray().Select(piece => aligned.Original(piece.Start, piece.End)).Select(range => (range.Start, range.Length))];
        }

        public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => PreTokenize(text.ToString());
    }
}
