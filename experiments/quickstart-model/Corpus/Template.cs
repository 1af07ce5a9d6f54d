using System.Text;

namespace QuickstartModel.Corpus;

/// <summary>
/// A sentence with open places: <c>{name}</c> is filled with a value or a rule, <c>{^name}</c> the same with a capital
/// letter, and <c>(one|two|)</c> draws one of its alternatives.
/// </summary>
internal sealed class Template
{
    private readonly List<Part> _parts = [];

    /// <exception cref="FormatException">A bracket is not closed, or is closed without having been opened.</exception>
    public static Template Parse(string text)
    {
        var at = 0;
        var template = ParseSequence(text, ref at);
        return at == text.Length ? template : throw new FormatException($"'{text[at]}' closes nothing in \"{text}\"");
    }

    /// <summary>Appends the sentence to <paramref name="output"/>; <paramref name="fill"/> gives the text of a place.</summary>
    public void Expand(CounterRandom random, Func<string, string> fill, StringBuilder output)
    {
        foreach (var part in _parts)
        {
            if (part.Text is not null)
                output.Append(part.Text);
            else if (part.Choices is not null)
                random.Pick(part.Choices).Expand(random, fill, output);
            else
                output.Append(part.Capital ? Capitalized(fill(part.Slot!)) : fill(part.Slot!));
        }
    }

    public static string Capitalized(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static Template ParseSequence(string text, ref int at)
    {
        var template = new Template();
        while (at < text.Length && text[at] is not ('|' or ')'))
        {
            if (text[at] == '{')
            {
                var end = text.IndexOf('}', at);
                if (end < 0)
                    throw new FormatException($"'{{' is not closed in \"{text}\"");
                var capital = text[at + 1] == '^';
                template._parts.Add(new Part(null, text[(at + (capital ? 2 : 1))..end], capital, null));
                at = end + 1;
            }
            else if (text[at] == '(')
            {
                var choices = new List<Template>();
                do
                {
                    at++;
                    choices.Add(ParseSequence(text, ref at));
                }
                while (at < text.Length && text[at] == '|');
                if (at == text.Length)
                    throw new FormatException($"'(' is not closed in \"{text}\"");
                at++;
                template._parts.Add(new Part(null, null, false, choices));
            }
            else
            {
                var end = text.IndexOfAny(['{', '(', '|', ')'], at);
                end = end < 0 ? text.Length : end;
                template._parts.Add(new Part(text[at..end], null, false, null));
                at = end;
            }
        }
        return template;
    }

    private sealed record Part(string? Text, string? Slot, bool Capital, List<Template>? Choices);
}
