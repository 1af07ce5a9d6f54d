using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Attribution.Reporting.Page;

/// <summary>A piece of HTML, written as an interpolated string: its literal parts are markup, and inserted values are escaped.</summary>
internal readonly record struct Html(string Markup)
{
    /// <summary>Empty markup.</summary>
    public static Html None { get; } = new("");

    /// <summary>Markup with inserted, escaped values.</summary>
    public static Html Of(Handler markup) => new(markup.ToString());

    /// <summary>Markup with inserted, escaped values if a condition holds, otherwise none; the values are not computed then.</summary>
    public static Html If(bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] Handler markup) =>
        condition ? new(markup.ToString()) : None;

    /// <summary>Concatenated pieces.</summary>
    public static Html Join(IEnumerable<Html> pieces) => new(string.Concat(pieces.Select(p => p.Markup)));

    /// <summary>A name that may break after its underscores, dots and slashes.</summary>
    public static Html Name(string name) => new(Escape(name).Replace("_", "_<wbr>").Replace("/", "/<wbr>"));

    /// <summary>A text escaped for HTML, so that none of its characters is markup or changes the direction of writing.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' => escaped.Append(CultureInfo.InvariantCulture, $"[U+{(int)c:X4}]"),
                '\n' or '\t' or >= ' ' and not '\u007F' => escaped.Append(c),
                _ => escaped.Append('\uFFFD'),
            };
        return escaped.ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => Markup;

    [InterpolatedStringHandler]
    public readonly ref struct Handler
    {
        private readonly StringBuilder _markup;

        public Handler(int literalLength, int formattedCount) => _markup = new(literalLength + formattedCount * 16);

        public Handler(int literalLength, int formattedCount, bool condition, out bool isNeeded)
        {
            isNeeded = condition;
            _markup = condition ? new(literalLength + formattedCount * 16) : new();
        }

        public void AppendLiteral(string markup) => _markup.Append(markup);

        public void AppendFormatted(Html piece) => _markup.Append(piece.Markup);

        public void AppendFormatted(IEnumerable<Html> pieces) => _markup.Append(Join(pieces).Markup);

        public void AppendFormatted(string? text) => _markup.Append(Escape(text ?? ""));

        public void AppendFormatted<T>(T value, string? format = null) where T : IFormattable =>
            _markup.Append(Escape(value.ToString(format, CultureInfo.InvariantCulture)));

        public override string ToString() => _markup.ToString();
    }
}
