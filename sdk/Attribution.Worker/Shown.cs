using System.Text;
using Attribution.Contracts;
using Attribution.Diagnostics;

namespace Attribution.Worker;

/// <summary>What this program shows of the words of others: without keys, and without characters that a terminal acts on.</summary>
internal static class Shown
{
    /// <summary>A text as it may be shown.</summary>
    public static string Of(string text) => ForeignText.Visible(KnownSecrets.Hide(text));

    /// <summary>What went wrong in a way that nobody foresaw, without the words of packages: they may quote whatever they were given.</summary>
    /// <param name="doing">What failed.</param>
    /// <param name="exception">How.</param>
    /// <param name="advice">Where more is said.</param>
    public static AttributionException Unexpected(string doing, Exception exception, string advice)
    {
        var isOfSystem = exception.GetType().Namespace is "System" || exception.GetType().Namespace?.StartsWith("System.", StringComparison.Ordinal) == true;
        return new(ErrorCodes.Unexpected, $"{doing} failed in a way that nobody foresaw: "
            + $"{exception.GetType().Name}{(isOfSystem ? $": {exception.Message}" : ".")} Please report this; {advice}.", exception);
    }

    /// <summary>A terminal that shows what is written as <see cref="Of"/> has it.</summary>
    public sealed class Writer(TextWriter inner) : TextWriter
    {
        /// <summary>Where it goes as it is.</summary>
        public TextWriter Inner => inner;

        /// <inheritdoc/>
        public override Encoding Encoding => inner.Encoding;

        /// <inheritdoc/>
        public override void Write(char value) => inner.Write(value is '\r' or '\n' ? $"{value}" : Of($"{value}"));

        /// <inheritdoc/>
        public override void Write(char[] buffer, int index, int count) => inner.Write(Of(new string(buffer, index, count)));

        /// <inheritdoc/>
        public override void Write(string? value) => inner.Write(value is null ? null : Of(value));

        /// <inheritdoc/>
        public override void WriteLine(string? value) => inner.WriteLine(value is null ? null : Of(value));

        /// <inheritdoc/>
        public override void Flush() => inner.Flush();
    }
}
