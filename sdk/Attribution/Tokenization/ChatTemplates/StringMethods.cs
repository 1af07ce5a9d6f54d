using System.Collections.Frozen;
using System.Text;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>The methods of Python's <c>str</c> that a template may call. Lengths and positions count code points.</summary>
internal sealed class StringMethods(RenderBudget budget, PythonOperators operators, PythonPrinter printer)
{
    private static readonly FrozenSet<string> TakeNoArguments = FrozenSet.Create(
        "upper", "lower", "casefold", "title", "capitalize", "isdigit", "isdecimal", "isnumeric", "isalpha", "isalnum", "isspace", "isupper", "islower");

    /// <summary>The method <paramref name="name"/> bound to <paramref name="text"/>; null if there is none.</summary>
    public TemplateFunction? Find(string text, string name)
    {
        Func<CallArguments, object?>? body = name switch
        {
            "upper" => _ => text.ToUpperInvariant(),
            "lower" or "casefold" => _ => text.ToLowerInvariant(),
            "title" => _ => Title(text),
            "capitalize" => _ => Capitalize(text),
            "strip" => arguments => Strip(text, arguments.Bind(name, 0, "chars").OptionalText(0), left: true, right: true),
            "lstrip" => arguments => Strip(text, arguments.Bind(name, 0, "chars").OptionalText(0), left: true, right: false),
            "rstrip" => arguments => Strip(text, arguments.Bind(name, 0, "chars").OptionalText(0), left: false, right: true),
            "removeprefix" => arguments => arguments.Bind(name, 1, "prefix").Text(0) is var prefix && text.StartsWith(prefix, StringComparison.Ordinal)
                ? text[prefix.Length..] : text,
            "removesuffix" => arguments => arguments.Bind(name, 1, "suffix").Text(0) is var suffix && text.EndsWith(suffix, StringComparison.Ordinal)
                ? text[..^suffix.Length] : text,
            "startswith" => arguments => Affix(text, arguments, name, (part, affix) => part.StartsWith(affix, StringComparison.Ordinal)),
            "endswith" => arguments => Affix(text, arguments, name, (part, affix) => part.EndsWith(affix, StringComparison.Ordinal)),
            "split" => arguments => Split(text, arguments, name, fromRight: false),
            "rsplit" => arguments => Split(text, arguments, name, fromRight: true),
            "splitlines" => arguments => PythonSplit.Lines(text, arguments.Bind(name, 0, "keepends").Truth(0)).ToList<object?>(),
            "partition" => arguments => Partition(text, arguments.Bind(name, 1, "sep").Text(0), last: false),
            "rpartition" => arguments => Partition(text, arguments.Bind(name, 1, "sep").Text(0), last: true),
            "replace" => arguments =>
            {
                var bound = arguments.Bind(name, 2, "old", "new", "count");
                return Replace(text, bound.Text(0), bound.Text(1), bound.Integer(2, -1));
            }
            ,
            "join" => arguments => Join(text, operators.Iterate(arguments.Bind(name, 1, "iterable")[0]), strict: true),
            "find" => arguments => Search(text, arguments, name, last: false, orFail: false),
            "rfind" => arguments => Search(text, arguments, name, last: true, orFail: false),
            "index" => arguments => Search(text, arguments, name, last: false, orFail: true),
            "count" => arguments => Count(text, arguments.Bind(name, 1, "sub").Text(0)),
            "format" => arguments => new PythonFormat(printer, budget).Format(text, arguments),
            "zfill" or "ljust" or "rjust" or "center" => arguments => Pad(text, arguments, name),
            "isdigit" or "isdecimal" or "isnumeric" => _ => text.Length > 0 && text.All(char.IsDigit),
            "isalpha" => _ => text.Length > 0 && text.EnumerateRunes().All(Rune.IsLetter),
            "isalnum" => _ => text.Length > 0 && text.EnumerateRunes().All(rune => Rune.IsLetterOrDigit(rune)),
            "isspace" => _ => text.Length > 0 && PythonText.IsBlank(text),
            "isupper" => _ => IsUpper(text),
            "islower" => _ => IsLower(text),
            _ => null,
        };
        if (body is null)
            return null;
        return new TemplateFunction(name, arguments =>
        {
            budget.Text(text.Length);
            if (TakeNoArguments.Contains(name))
                arguments.Bind(name, 0);
            return body(arguments);
        });
    }

    public static bool IsUpper(string text) => text.Any(char.IsUpper) && !text.Any(char.IsLower);

    public static bool IsLower(string text) => text.Any(char.IsLower) && !text.Any(char.IsUpper);

    /// <summary>Upper case for the first character, lower case for the others.</summary>
    public static string Capitalize(string text)
    {
        var first = PythonText.CodePoints(text).FirstOrDefault("");
        return first.ToUpperInvariant() + text[first.Length..].ToLowerInvariant();
    }

    /// <summary><c>str.title</c>: upper case for a letter that follows no letter.</summary>
    private static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        var inWord = false;
        foreach (var rune in text.EnumerateRunes())
        {
            title.Append(inWord ? Rune.ToLowerInvariant(rune) : Rune.ToUpperInvariant(rune));
            inWord = Rune.IsLetter(rune);
        }
        return title.ToString();
    }

    /// <summary>Removes the given characters, or white space if they are null, from the ends.</summary>
    public static string Strip(string text, string? characters, bool left, bool right)
    {
        if (characters is null)
        {
            var end = right ? PythonText.TrimEnd(text) : text.Length;
            return text[(left ? PythonText.TrimStart(text.AsSpan(0, end)) : 0)..end];
        }
        var set = PythonText.CodePoints(characters).ToHashSet();
        var points = PythonText.CodePoints(text).ToList();
        var first = left ? points.FindIndex(point => !set.Contains(point)) : 0;
        if (first < 0)
            return "";
        var last = right ? points.FindLastIndex(point => !set.Contains(point)) : points.Count - 1;
        return last < first ? "" : string.Concat(points[first..(last + 1)]);
    }

    public string Replace(string text, string old, string with, long count)
    {
        var most = count < 0 ? long.MaxValue : count;
        var found = Math.Min(most, old.Length == 0 ? PythonText.Length(text) + 1 : Count(text, old));
        budget.Text(text.Length + found * Math.Max(0, (long)with.Length - old.Length));
        if (found == 0)
            return text;
        if (old.Length == 0)
            return string.Concat(PythonText.CodePoints(text).Append("").Select((point, i) => i < found ? with + point : point));
        if (count < 0)
            return text.Replace(old, with, StringComparison.Ordinal);
        var replaced = new StringBuilder();
        var from = 0;
        for (var n = 0L; n < found; n++)
        {
            var at = text.IndexOf(old, from, StringComparison.Ordinal);
            replaced.Append(text, from, at - from).Append(with);
            from = at + old.Length;
        }
        return replaced.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>Joins items: if <paramref name="strict"/>, like <c>str.join</c>, which accepts only texts; else like the filter, which converts them.</summary>
    public string Join(string separator, IEnumerable<object?> items, bool strict)
    {
        var joined = new StringBuilder();
        var isFirst = true;
        foreach (var item in items)
        {
            if (strict && item is not string)
                throw new TemplateException(TemplateFault.Evaluation, $"join() takes texts, not a value of type {PythonTypes.Name(item)}");
            var text = printer.Str(item);
            budget.Text(separator.Length + text.Length);
            joined.Append(isFirst ? "" : separator).Append(text);
            isFirst = false;
            if (joined.Length > RenderBudget.MaxTextLength)
                budget.Text(joined.Length);
        }
        return joined.ToString();
    }

    private static long Count(string text, string part) => part.Length == 0 ? PythonText.Length(text) + 1 : text.AsSpan().Count(part);

    private object? Affix(string text, CallArguments arguments, string name, Func<string, string, bool> matches)
    {
        var bound = arguments.Bind(name, 1, "affix", "start", "end");
        var part = bound.Has(1) || bound.Has(2)
            ? (string)operators.Sliced(text, bound[1] is null ? null : bound.Integer(1, 0), bound[2] is null ? null : bound.Integer(2, 0), 1)!
            : text;
        return bound[0] is PythonTuple affixes
            ? affixes.Any(affix => affix is string one && matches(part, one))
            : matches(part, bound.Text(0));
    }

    private List<object?> Split(string text, CallArguments arguments, string name, bool fromRight)
    {
        var bound = arguments.Bind(name, 0, "sep", "maxsplit");
        var most = bound.Integer(1, -1);
        var separator = bound.OptionalText(0);
        if (separator == "")
            throw new TemplateException(TemplateFault.Evaluation, $"{name}() needs a separator that is not empty");
        var parts = separator is null ? PythonSplit.Words(text, most, fromRight) : PythonSplit.At(text, separator, most, fromRight);
        budget.Step(parts.Count);
        return parts.ToList<object?>();
    }

    private static PythonTuple Partition(string text, string separator, bool last)
    {
        if (separator.Length == 0)
            throw new TemplateException(TemplateFault.Evaluation, "partition() needs a separator that is not empty");
        var at = last ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        if (at < 0)
            return new PythonTuple(last ? ["", "", text] : [text, "", ""]);
        return new PythonTuple([text[..at], separator, text[(at + separator.Length)..]]);
    }

    private static object? Search(string text, CallArguments arguments, string name, bool last, bool orFail)
    {
        var part = arguments.Bind(name, 1, "sub").Text(0);
        var at = last ? text.LastIndexOf(part, StringComparison.Ordinal) : text.IndexOf(part, StringComparison.Ordinal);
        if (at < 0 && orFail)
            throw new TemplateException(TemplateFault.Evaluation, "index() finds no such text");
        return at < 0 ? -1L : PythonText.Length(text[..at]);
    }

    private string Pad(string text, CallArguments arguments, string name)
    {
        var bound = arguments.Bind(name, 1, "width", "fillchar");
        var missing = bound.Integer(0, 0) - PythonText.Length(text);
        var fill = bound.Has(1) ? bound.Text(1) : name == "zfill" ? "0" : " ";
        if (missing <= 0)
            return text;
        budget.Text(missing);
        var before = name switch { "ljust" => 0, "center" => missing / 2 + (missing & (missing + PythonText.Length(text)) & 1), _ => missing };
        var sign = name == "zfill" && text.StartsWith('-') || name == "zfill" && text.StartsWith('+') ? 1 : 0;
        return text[..sign] + Fill(before) + text[sign..] + Fill(missing - before);

        string Fill(long times) => string.Concat(Enumerable.Repeat(fill, (int)times));
    }
}
