using System.Security.Cryptography;
using System.Text;

namespace Attribution.Reporting.Page;

/// <summary>What a page may load and run.</summary>
internal static class ContentPolicy
{
    /// <summary>The element that lets a page load nothing, and run only its own styles and scripts, even if a text ever became markup.</summary>
    /// <param name="style">The page's style sheet.</param>
    /// <param name="scripts">The page's scripts.</param>
    /// <param name="also">What else it may load.</param>
    public static Html Of(string style, IEnumerable<string> scripts, params string[] also)
    {
        string[] parts =
        [
            "default-src 'none'", $"style-src {Hash(style)}", "style-src-attr 'unsafe-inline'", $"script-src {string.Join(' ', scripts.Select(Hash))}",
            .. also, "base-uri 'none'", "form-action 'none'",
        ];
        return Html.Of($"""<meta http-equiv="Content-Security-Policy" content="{new Html(string.Join("; ", parts))}">""");
    }

    private static string Hash(string content) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}'";
}
