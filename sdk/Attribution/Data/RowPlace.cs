using Attribution.Diagnostics;

namespace Attribution.Data;

/// <summary>Where a value comes from, for the message if it is wrong.</summary>
internal readonly record struct RowPlace(string File, long Row)
{
    public AttributionException Error(string code, string column, string message, Exception? inner = null) =>
        new(code, $"{Path.GetFileName(File)}, row {Row}, {column}: {message}", inner) { File = File, Row = Row, Property = column };
}
