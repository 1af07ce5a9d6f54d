using Attribution.Tokenization.Patterns;

namespace Attribution.Tokenization.Reading;

/// <summary>Reads a <c>pattern</c>: <c>{"String": ...}</c> or <c>{"Regex": ...}</c>.</summary>
internal static class PatternReader
{
    public static Pattern Read(JsonComponent component)
    {
        component.AllowOnly("String", "Regex");
        if (component.String("String", missing: null) is { } literal)
            // The empty string matches between all characters, which only the engine of expressions knows.
            return literal == "" ? new RegexPattern("") : new LiteralPattern(literal);
        var expression = component.String("Regex");
        try
        {
            return new RegexPattern(expression);
        }
        catch (NotSupportedException error)
        {
            throw component.Unsupported($"In '{expression}' {error.Message}.", "Regex");
        }
    }
}
