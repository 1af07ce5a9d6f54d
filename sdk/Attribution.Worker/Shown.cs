using System.Text;
using Attribution.Contracts;
using Attribution.Diagnostics;

namespace Attribution.Worker;

/// <summary>Makes text from others safe to show: without keys, and without characters that a terminal would act on.</summary>
internal static class Shown
{
    /// <summary>The text in a form that is safe to show.</summary>
    public static string Of(string text) => ForeignText.Visible(KnownSecrets.Hide(text));

    /// <summary>A command of ours to a build server, whose foreign parts are escaped as the server asks.</summary>
    public static string Command(string text) => ForeignText.WithoutControls(KnownSecrets.Hide(text));

    /// <summary>An unexpected error, without the messages of packages, which may quote anything that they were given.</summary>
    /// <param name="doing">The operation that failed.</param>
    /// <param name="exception">The exception.</param>
    /// <param name="advice">Where to find more information.</param>
    public static AttributionException Unexpected(string doing, Exception exception, string advice)
    {
        var isOfSystem = exception.GetType().Namespace is "System" || exception.GetType().Namespace?.StartsWith("System.", StringComparison.Ordinal) == true;
        return new(ErrorCodes.Unexpected, $"{doing} failed unexpectedly: "
            + $"{exception.GetType().Name}{(isOfSystem ? $": {exception.Message}" : ".")} Please report this; {advice}.", exception);
    }

    /// <summary>A writer that passes all text through <see cref="Of"/>.</summary>
    public sealed class Writer(TextWriter inner) : TextWriter
    {
        /// <summary>The writer without this filter.</summary>
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
