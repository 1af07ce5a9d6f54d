using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Attribution.Diagnostics;

/// <summary>
/// The keys that this process knows. They are removed from all text of others that it shows or keeps: a server may echo a key in whole or in part, in base64 or
/// hexadecimal, or with its middle masked.
/// </summary>
internal static class KnownSecrets
{
    /// <summary>The replacement of a key.</summary>
    public const string Hidden = "[key]";

    // A shorter text is only found whole; a longer one in parts of half its length, at most this.
    private const int ShortestInParts = 16, LongestPart = 12, Shortest = 6, ShortestMaskedPart = 3;

    private static ImmutableDictionary<string, Forms> s_known = OfProxies();

    /// <summary>Registers a key.</summary>
    public static void Add(string secret)
    {
        if (secret.Length >= Shortest && !s_known.ContainsKey(secret))
            ImmutableInterlocked.TryAdd(ref s_known, secret, new Forms(secret));
    }

    // A message about a proxy quotes its address, with the password.
    private static ImmutableDictionary<string, Forms> OfProxies()
    {
        var known = ImmutableDictionary.CreateBuilder<string, Forms>(StringComparer.Ordinal);
        foreach (var name in (string[])["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
            if (PasswordOf(Environment.GetEnvironmentVariable(name) ?? "") is { } written)
                foreach (var password in (string[])[written, Uri.UnescapeDataString(written)])
                    if (password.Length >= Shortest)
                        known[password] = new Forms(password);
        return known.ToImmutable();
    }

    /// <summary>The password in an address such as <c>http://user:password@host:8080</c>, as it is written there; null if there is none.</summary>
    internal static string? PasswordOf(string address)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        var rest = scheme < 0 ? address : address[(scheme + 3)..];
        var end = rest.LastIndexOf('@');
        var start = rest.IndexOf(':');
        return start >= 0 && start + 1 < end ? rest[(start + 1)..end] : null;
    }

    /// <summary>The text with every key, in any form, replaced.</summary>
    public static string Hide(string text)
    {
        foreach (var forms in s_known.Values)
            text = forms.Hide(text);
        return text;
    }

    private sealed class Forms
    {
        private const string Kept = @"([A-Za-z0-9_\-+/=]{2,})", Mask = @"(?:\.{2,}|…|[*•]{2,})";

        // Made for the first masked text: every process hides keys in what it says, and few meet such a text.
        private static readonly Lazy<Regex> Masked = new(() => new($"{Kept}{Mask}{Kept}?|{Mask}{Kept}", RegexOptions.NonBacktracking));

        private readonly string _secret;
        private readonly int _part;
        private readonly HashSet<string> _parts = new(StringComparer.Ordinal);

        public Forms(string secret)
        {
            _secret = secret;
            _part = secret.Length < ShortestInParts ? secret.Length : Math.Min(LongestPart, secret.Length / 2);
            foreach (var form in Of(secret))
                for (var at = 0; at + _part <= form.Length; at++)
                    _parts.Add(form.Substring(at, _part));
        }

        public string Hide(string text)
        {
            if (text.Length >= _part)
                text = WithoutParts(text);
            return text.Contains("..", StringComparison.Ordinal) || text.AsSpan().ContainsAny("…*•") ? Masked.Value.Replace(text, OfKey) : text;
        }

        // Base64 has three ways to write a text, depending on its position within groups of three bytes; the characters that depend on neighbours are left out.
        private static IEnumerable<string> Of(string secret)
        {
            yield return secret;
            yield return Uri.EscapeDataString(secret);
            var bytes = Encoding.UTF8.GetBytes(secret);
            yield return Convert.ToHexString(bytes);
            yield return Convert.ToHexStringLower(bytes);
            for (var before = 0; before < 3; before++)
            {
                var text = Convert.ToBase64String([.. new byte[before], .. bytes]).TrimEnd('=');
                var own = text[(before == 0 ? 0 : before + 1)..^((before + bytes.Length) % 3 == 0 ? 0 : 1)];
                yield return own;
                yield return own.Replace('+', '-').Replace('/', '_');
            }
        }

        private string WithoutParts(string text)
        {
            var found = _parts.GetAlternateLookup<ReadOnlySpan<char>>();
            StringBuilder? cleared = null;
            var (kept, end) = (0, -1);
            for (var at = 0; at + _part <= text.Length; at++)
                if (found.Contains(text.AsSpan(at, _part)))
                {
                    if (at > end)
                        cleared = (cleared ?? new()).Append(text, kept, at - kept).Append(Hidden);
                    end = Math.Max(end, at + _part);
                    kept = end;
                }
            return cleared is null ? text : cleared.Append(text, kept, text.Length - kept).ToString();
        }

        private string OfKey(Match masked)
        {
            var (start, end) = (masked.Groups[1].Value, masked.Groups[2].Value + masked.Groups[3].Value);
            return (start.Length >= ShortestMaskedPart && _secret.StartsWith(start, StringComparison.Ordinal))
                || (end.Length >= ShortestMaskedPart && _secret.EndsWith(end, StringComparison.Ordinal))
                ? Hidden : masked.Value;
        }
    }
}
