namespace Attribution.Data;

/// <summary>The nesting depth of JSON. DuckDB's type detection is recursive and would crash the process at a depth of some ten thousand.</summary>
internal static class JsonDepth
{
    /// <summary>The greatest allowed depth of a row: the limit of <see cref="System.Text.Json.Utf8JsonReader"/>.</summary>
    public const int Most = 64;

    private static readonly System.Buffers.SearchValues<byte> Marks = System.Buffers.SearchValues.Create("\"[]{}"u8);

    /// <summary>Whether a value is nested deeper than <see cref="Most"/>. Reads up to the first excess level and stores nothing.</summary>
    /// <param name="json">The text of a value, in UTF-8.</param>
    public static bool IsTooDeep(ReadOnlySpan<byte> json)
    {
        var depth = 0;
        for (int at; (at = json.IndexOfAny(Marks)) >= 0;)
        {
            var mark = json[at];
            json = json[(at + 1)..];
            if (mark == '"')
                json = AfterText(json);
            else if (mark is (byte)']' or (byte)'}')
                depth--;
            else if (++depth > Most)
                return true;
        }
        return false;
    }

    private static ReadOnlySpan<byte> AfterText(ReadOnlySpan<byte> json)
    {
        for (int at; (at = json.IndexOfAny((byte)'"', (byte)'\\')) >= 0;)
        {
            if (json[at] == '"')
                return json[(at + 1)..];
            json = json[Math.Min(at + 2, json.Length)..];
        }
        return [];
    }
}
