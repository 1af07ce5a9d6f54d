using System.Collections.Frozen;
using System.Globalization;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>
/// Jinja2's filters, with the <c>tojson</c> of chat templates (no HTML escaping). Text filters; those on sequences are in <see cref="SequenceFilters"/>.
/// </summary>
internal sealed class TemplateFilters
{
    private const int MaxIndent = 64;

    private static readonly FrozenSet<string> TakeNoArguments = FrozenSet.Create(
        "string", "safe", "escape", "e", "upper", "lower", "capitalize", "title", "wordcount", "abs", "length", "count", "list", "first", "last", "reverse",
            "items");

    private readonly RenderBudget _budget;
    private readonly PythonOperators _operators;
    private readonly PythonPrinter _printer;
    private readonly StringMethods _strings;
    private readonly SequenceFilters _sequences;

    public TemplateFilters(RenderBudget budget, PythonOperators operators, PythonPrinter printer, StringMethods strings, MemberAccess members,
        TemplateTests tests)
    {
        (_budget, _operators, _printer, _strings) = (budget, operators, printer, strings);
        _sequences = new SequenceFilters(operators, printer, strings, members, this, tests);
    }

    public object? Apply(string name, object? value, CallArguments arguments)
    {
        _budget.Step();
        if (TakeNoArguments.Contains(name))
            arguments.Bind(name, 0);
        return name switch
        {
            "default" or "d" => Default(value, arguments.Bind(name, 0, "default_value", "boolean")),
            "string" or "safe" => _printer.Str(value),
            "escape" or "e" => Escape(_printer.Str(value)),
            "upper" => Text(value).ToUpperInvariant(),
            "lower" => Text(value).ToLowerInvariant(),
            "capitalize" => StringMethods.Capitalize(Text(value)),
            "title" => Title(Text(value)),
            "trim" => StringMethods.Strip(Text(value), arguments.Bind(name, 0, "chars").OptionalText(0), left: true, right: true),
            "replace" => Replace(Text(value), arguments.Bind(name, 2, "old", "new", "count")),
            "indent" => Indent(value, arguments.Bind(name, 0, "width", "first", "blank")),
            "wordcount" => (long)PythonSplit.Words(Text(value), -1, fromRight: false).Count,
            "tojson" => _printer.Json(value, Layout(arguments.Bind(name, 0, "ensure_ascii", "indent", "separators", "sort_keys"))),
            "int" => Integer(value, arguments.Bind(name, 0, "default", "base")),
            "float" => Real(value, arguments.Bind(name, 0, "default")),
            "abs" => Absolute(value),
            "round" => Round(value, arguments.Bind(name, 0, "precision", "method")),
            "length" or "count" => _operators.Length(value),
            _ => _sequences.Apply(name, value, arguments),
        };
    }

    private string Text(object? value)
    {
        var text = _printer.Str(value);
        _budget.Text(text.Length);
        return text;
    }

    private static object? Default(object? value, BoundArguments arguments) =>
        value is Undefined || (arguments.Truth(1) && !PythonTypes.Truth(value)) ? arguments.Has(0) ? arguments[0] : "" : value;

    private static string Escape(string text) =>
        text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("\"", "&#34;").Replace("'", "&#39;");

    /// <summary>Unlike in <c>str.title</c>, a word begins only after white space, a hyphen or an opening bracket.</summary>
    private static string Title(string text)
    {
        var title = new System.Text.StringBuilder(text.Length);
        var begins = true;
        foreach (var point in PythonText.CodePoints(text))
        {
            title.Append(begins ? point.ToUpperInvariant() : point.ToLowerInvariant());
            begins = point is "-" or "(" or "{" or "[" or "<" || PythonText.IsSpace(point[0]);
        }
        return title.ToString();
    }

    private string Replace(string text, BoundArguments arguments) =>
        _strings.Replace(text, _printer.Str(arguments[0]), _printer.Str(arguments[1]), arguments[2] is null ? -1 : arguments.Integer(2, -1));

    private string Indent(object? value, BoundArguments arguments)
    {
        var text = value switch
        {
            string given => given,
            Undefined undefined => throw undefined.Use(),
            _ => throw new TemplateException(TemplateFault.Evaluation, $"indent takes a text, not a value of type {PythonTypes.Name(value)}"),
        };
        var indent = arguments.Has(0) && arguments[0] is string prefix ? prefix : Spaces(arguments.Integer(0, 4));
        var (first, blank) = (arguments.Truth(1), arguments.Truth(2));
        var lines = PythonSplit.Lines(text + "\n");
        _budget.Step(lines.Count);
        _budget.Text(text.Length + (long)indent.Length * lines.Count);
        return string.Join('\n', lines.Select((line, i) => (i == 0 ? first : blank || line.Length > 0) ? indent + line : line));
    }

    private static string Spaces(long count) => count <= MaxIndent ? new string(' ', (int)Math.Max(count, 0))
        : throw new TemplateException(TemplateFault.Limit, $"it indents by more than {MaxIndent} characters");

    private static JsonLayout Layout(BoundArguments arguments)
    {
        var indent = arguments[1] switch
        {
            null => null,
            string text when text.Length <= MaxIndent => text,
            _ => Spaces(arguments.Integer(1, 0)),
        };
        // Python omits the space after a comma if every item has its own line.
        var (item, key) = (indent is null ? ", " : ",", ": ");
        if (arguments[2] is IReadOnlyList<object?> { Count: 2 } separators)
            (item, key) = (separators[0] as string ?? item, separators[1] as string ?? key);
        return new JsonLayout(indent, item, key, arguments.Truth(0), arguments.Truth(3));
    }

    private object? Integer(object? value, BoundArguments arguments)
    {
        var otherwise = arguments.Has(0) ? arguments[0] : 0L;
        switch (value)
        {
            case bool or long:
                return PythonNumbers.ToInteger(value);
            case double real:
                return Truncated(real) ?? otherwise;
            case string text:
                return PythonNumbers.ParseInteger(text, (int)arguments.Integer(1, 10))
                    ?? (PythonNumbers.ParseReal(text) is { } parsed ? Truncated(parsed) : null) ?? otherwise;
            case Undefined undefined:
                throw undefined.Use();
            default:
                return otherwise;
        }

        static long? Truncated(double real) => !double.IsFinite(real) ? null
            : Math.Abs(real) < long.MaxValue ? (long)real
            : throw new TemplateException(TemplateFault.Evaluation, "int() of a number that does not fit 64 bits");
    }

    private static object? Real(object? value, BoundArguments arguments) => value switch
    {
        bool or long or double => PythonNumbers.ToDouble(value),
        string text when PythonNumbers.ParseReal(text) is { } real => real,
        Undefined undefined => throw undefined.Use(),
        _ => arguments.Has(0) ? arguments[0] : 0.0,
    };

    private object? Absolute(object? value) => value is double real ? Math.Abs(real) : _operators.Negate(value, negative: _operators.Order(value, 0L) < 0);

    private static object? Round(object? value, BoundArguments arguments)
    {
        if (!PythonTypes.IsNumber(value))
            throw new TemplateException(TemplateFault.Evaluation, $"round takes a number, not a value of type {PythonTypes.Name(value)}");
        var precision = (int)Math.Clamp(arguments.Integer(0, 0), -15, 15);
        var method = arguments.Has(1) ? arguments.Text(1) : "common";
        if (method == "common" && value is not double)
            return precision >= 0 ? PythonNumbers.ToInteger(value) : Rounded(PythonNumbers.ToDouble(value), -precision);
        var (number, scale) = (PythonNumbers.ToDouble(value), Math.Pow(10, precision));
        return method switch
        {
            // .NET prints the exact decimal value, so that 42.55, whose double is below it, rounds down as in Python.
            "common" when precision > 0 => double.Parse(number.ToString("F" + precision, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
            "common" => Math.Round(number * scale, MidpointRounding.ToEven) / scale,
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            _ => throw new TemplateException(TemplateFault.Evaluation, "the method of round is one of common, ceil and floor"),
        };

        static object Rounded(double number, int zeros) => (long)(Math.Round(number / Math.Pow(10, zeros), MidpointRounding.ToEven) * Math.Pow(10, zeros));
    }
}
