using System.Text;
using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.Models;

/// <summary>Byte-pair encoding (Sennrich et al. 2016) as <c>tokenizer.json</c> describes it: converts a piece to token ids.</summary>
internal sealed class BpeModel
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;
    private readonly MergeTable _merges;
    private readonly BpeOptions _options;
    private readonly WordCache _cache = new();
    private readonly int _longestToken;
    private readonly int[] _fallbackIds = new int[256];
    private readonly int[] _alphabetIds = new int[256];

    /// <param name="vocabulary">The token ids by spelling.</param>
    /// <param name="merges">The merges, pairs of these ids.</param>
    /// <param name="options">The model's options.</param>
    public BpeModel(Dictionary<string, int> vocabulary, MergeTable merges, BpeOptions options)
    {
        _ids = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _merges = merges;
        _options = options;
        _longestToken = vocabulary.Keys.Select(token => token.Length).DefaultIfEmpty().Max();
        for (var value = 0; value < 256; value++)
        {
            _fallbackIds[value] = vocabulary.GetValueOrDefault($"<0x{value:X2}>", -1);
            _alphabetIds[value] = vocabulary.GetValueOrDefault(ByteAlphabet.ToChar((byte)value).ToString(), -1);
        }
    }

    /// <summary>
    /// Whether the model can read a byte-level piece as plain text, byte by byte. Otherwise the piece must be written in the characters for bytes, because an
    /// option depends on these.
    /// </summary>
    public bool CanReadBytes => !_options.ByteFallback && _options.ContinuingPrefix == "" && _options.EndSuffix == "";

    /// <summary>Creates working memory for one thread.</summary>
    public BpeMerger CreateMerger() => new(_merges);

    /// <summary>Appends a piece's tokens.</summary>
    /// <param name="piece">The piece, not empty.</param>
    /// <param name="asBytes">Whether the piece is plain text whose UTF-8 bytes are the symbols.</param>
    /// <param name="merger">The working memory.</param>
    /// <param name="result">Receives the ids, and the number of bytes that each covers.</param>
    public void Encode(ReadOnlySpan<char> piece, bool asBytes, BpeMerger merger, SymbolList result)
    {
        if (piece.Length > WordCache.LongestWord)
        {
            EncodeUncached(piece, asBytes, merger, result);
            return;
        }
        var hash = WordCache.Hash(piece);
        if (_cache.Find(piece, hash) is { } known)
        {
            result.AddRange(known.Ids, known.Lengths);
            return;
        }
        var first = result.Count;
        EncodeUncached(piece, asBytes, merger, result);
        _cache.Set(new WordCache.Word(hash, piece.ToString(), result.Ids[first..result.Count], result.Lengths[first..result.Count]));
    }

    private void EncodeUncached(ReadOnlySpan<char> piece, bool asBytes, BpeMerger merger, SymbolList result)
    {
        if (_options.IgnoreMerges && WholePiece(piece, asBytes, result))
            return;
        var first = result.Count;
        if (asBytes)
            AddBytes(piece, result);
        else
            AddCharacters(piece, result);
        merger.Merge(result, first);
    }

    private bool WholePiece(ReadOnlySpan<char> piece, bool asBytes, SymbolList result)
    {
        var byteCount = Encoding.UTF8.GetByteCount(piece);
        if (!asBytes)
        {
            if (!_ids.TryGetValue(piece, out var id))
                return false;
            result.Add(id, byteCount);
            return true;
        }
        if (byteCount > _longestToken)
            return false;
        var bytes = byteCount <= 512 ? stackalloc byte[byteCount] : new byte[byteCount];
        var characters = byteCount <= 512 ? stackalloc char[byteCount] : new char[byteCount];
        Encoding.UTF8.GetBytes(piece, bytes);
        for (var i = 0; i < byteCount; i++)
            characters[i] = ByteAlphabet.ToChar(bytes[i]);
        if (!_ids.TryGetValue(characters, out var whole))
            return false;
        result.Add(whole, byteCount);
        return true;
    }

    private void AddBytes(ReadOnlySpan<char> piece, SymbolList result)
    {
        var unknown = new UnknownRun(_options, result);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in piece.EnumerateRunes())
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
                if (_alphabetIds[value] >= 0)
                {
                    unknown.End();
                    result.Add(_alphabetIds[value], 1);
                }
                else
                    unknown.Add(1);
        unknown.End();
    }

    private void AddCharacters(ReadOnlySpan<char> piece, SymbolList result)
    {
        var unknown = new UnknownRun(_options, result);
        for (int at = 0, length; at < piece.Length; at += length)
        {
            Rune.DecodeFromUtf16(piece[at..], out var rune, out length);
            ReadOnlySpan<char> token = piece.Slice(at, length);
            if (_options.ContinuingPrefix != "" && at > 0)
                token = string.Concat(_options.ContinuingPrefix, token);
            if (_options.EndSuffix != "" && at + length == piece.Length)
                token = string.Concat(token, _options.EndSuffix);
            if (_ids.TryGetValue(token, out var id))
            {
                unknown.End();
                result.Add(id, rune.Utf8SequenceLength);
            }
            // The reference leaves a run of unknown characters open here, so that it comes after the bytes.
            else if (!_options.ByteFallback || !FallBack(token, result))
                unknown.Add(rune.Utf8SequenceLength);
        }
        unknown.End();
    }

    private bool FallBack(ReadOnlySpan<char> token, SymbolList result)
    {
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(token.Length)];
        bytes = bytes[..Encoding.UTF8.GetBytes(token, bytes)];
        foreach (var value in bytes)
            if (_fallbackIds[value] < 0)
                return false;
        foreach (var value in bytes)
            result.Add(_fallbackIds[value], 1);
        return true;
    }

    // Unknown characters that may still become one token.
    private ref struct UnknownRun(BpeOptions options, SymbolList result)
    {
        private int _length;

        public void Add(int length)
        {
            if (!options.FuseUnknown)
                End();
            _length += length;
        }

        public void End()
        {
            if (_length > 0 && options.UnknownId is { } id)
                result.Add(id, _length);
            _length = 0;
        }
    }
}

/// <summary>The options of a BPE model, by their names in <c>tokenizer.json</c>.</summary>
/// <param name="UnknownId">The id of <c>unk_token</c>; null if characters without a token are dropped.</param>
/// <param name="ContinuingPrefix"><c>continuing_subword_prefix</c>: the prefix of the token of every character except a piece's first.</param>
/// <param name="EndSuffix"><c>end_of_word_suffix</c>: the suffix of the token of a piece's last character.</param>
/// <param name="FuseUnknown"><c>fuse_unk</c>: whether adjacent unknown characters become one unknown token.</param>
/// <param name="ByteFallback"><c>byte_fallback</c>: whether an unknown character becomes the tokens of its bytes, if these exist.</param>
/// <param name="IgnoreMerges"><c>ignore_merges</c>: whether a piece that is a token becomes that token, whatever the merges.</param>
internal sealed record BpeOptions(
    int? UnknownId, string ContinuingPrefix, string EndSuffix, bool FuseUnknown, bool ByteFallback, bool IgnoreMerges);
