using System.Text;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>Python's <c>str()</c> and <c>repr()</c>, and <c>json.dumps</c> with the settings of chat templates.</summary>
internal sealed class PythonPrinter(RenderBudget budget)
{
    /// <summary><c>str(value)</c>: what <c>{{ value }}</c> prints.</summary>
    public string Str(object? value)
    {
        switch (value)
        {
            case string text:
                return text;
            case Undefined:
                return "";
            default:
                var to = new StringBuilder();
                AppendRepr(to, value);
                return to.ToString();
        }
    }

    private void AppendRepr(StringBuilder to, object? value)
    {
        Account(to);
        switch (value)
        {
            case string text:
                budget.Text(text.Length);
                PythonText.AppendRepr(to, text);
                break;
            case List<object?> items:
                AppendItems(to, "[", items, "]");
                break;
            case PythonTuple tuple:
                AppendItems(to, "(", tuple, tuple.Count == 1 ? ",)" : ")");
                break;
            case PythonRange range:
                to.Append(range.Step == 1 ? $"range({range.Start}, {range.Stop})" : $"range({range.Start}, {range.Stop}, {range.Step})");
                break;
            case PythonDict dict:
                to.Append('{');
                foreach (var (key, item) in dict.Items)
                {
                    Separate(to, '{');
                    AppendRepr(to, key);
                    to.Append(": ");
                    AppendRepr(to, item);
                }
                to.Append('}');
                break;
            case PythonView view:
                to.Append(view.TypeName);
                AppendItems(to, "([", view, "])");
                break;
            case null or bool or long or double:
                to.Append(Scalar(value, "None", "True", "False"));
                break;
            case Undefined:
                to.Append("Undefined");
                break;
            case LoopState loop:
                to.Append($"<LoopContext {loop.Attribute("index")}/{loop.Attribute("length")}>");
                break;
            default:
                to.Append('<').Append(PythonTypes.Name(value)).Append('>');
                break;
        }
    }

    private void AppendItems(StringBuilder to, string open, IEnumerable<object?> items, string close)
    {
        to.Append(open);
        foreach (var item in items)
        {
            Separate(to, open[^1]);
            AppendRepr(to, item);
        }
        to.Append(close);
    }

    private static void Separate(StringBuilder to, char open)
    {
        if (to[^1] != open)
            to.Append(", ");
    }

    private static string Scalar(object? value, string none, string yes, string no) => value switch
    {
        null => none,
        bool flag => flag ? yes : no,
        double real => PythonText.Float(real),
        _ => ((long)value).ToString(),
    };

    /// <summary><c>json.dumps(value, ensure_ascii, indent, separators, sort_keys)</c>; no HTML escaping, unlike Jinja2's own filter.</summary>
    public string Json(object? value, JsonLayout layout)
    {
        var to = new StringBuilder();
        AppendJson(to, value, layout, 1);
        return to.ToString();
    }

    private void AppendJson(StringBuilder to, object? value, JsonLayout layout, int depth)
    {
        Account(to);
        switch (value)
        {
            case string text:
                budget.Text(text.Length);
                AppendJsonText(to, text, layout.EnsureAscii);
                break;
            case null or bool or long:
                to.Append(Scalar(value, "null", "true", "false"));
                break;
            case double real:
                to.Append(double.IsNaN(real) ? "NaN" : double.IsInfinity(real) ? (real > 0 ? "Infinity" : "-Infinity") : PythonText.Float(real));
                break;
            case List<object?> or PythonTuple:
                var items = (IReadOnlyList<object?>)value;
                AppendJsonItems(to, '[', items.Count, ']', layout, depth, i => AppendJson(to, items[i], layout, depth + 1));
                break;
            case PythonDict dict:
                var pairs = dict.Items.ToList();
                if (layout.SortKeys)
                    pairs.Sort((a, b) => new PythonOperators(budget).Order(a.Key, b.Key));
                AppendJsonItems(to, '{', pairs.Count, '}', layout, depth, i =>
                {
                    AppendJsonText(to, pairs[i].Key as string ?? Scalar(pairs[i].Key, "null", "true", "false"), layout.EnsureAscii);
                    to.Append(layout.KeySeparator);
                    AppendJson(to, pairs[i].Value, layout, depth + 1);
                });
                break;
            case Undefined undefined:
                throw undefined.Use();
            default:
                throw new TemplateException(TemplateFault.Evaluation, $"a value of type {PythonTypes.Name(value)} has no JSON");
        }
    }

    private static void AppendJsonItems(StringBuilder to, char open, int count, char close, JsonLayout layout, int depth, Action<int> append)
    {
        to.Append(open);
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                to.Append(layout.ItemSeparator);
            NewLine(depth);
            append(i);
        }
        if (count > 0)
            NewLine(depth - 1);
        to.Append(close);

        void NewLine(int indents)
        {
            if (layout.Indent is not { } indent)
                return;
            to.Append('\n');
            for (var i = 0; i < indents; i++)
                to.Append(indent);
        }
    }

    private static void AppendJsonText(StringBuilder to, string text, bool ensureAscii)
    {
        to.Append('"');
        foreach (var c in text)
        {
            if ("\"\\\n\r\t\b\f".IndexOf(c) is >= 0 and var known)
                to.Append('\\').Append("\"\\nrtbf"[known]);
            else if (c < ' ' || (ensureAscii && c > '~'))
                to.Append($"\\u{(int)c:x4}");
            else
                to.Append(c);
        }
        to.Append('"');
    }

    /// <summary>Values that share parts may print to far more text than they contain, so the length is checked while the text grows.</summary>
    private void Account(StringBuilder to)
    {
        RenderBudget.Descend();
        budget.Step();
        if (to.Length > RenderBudget.MaxTextLength)
            budget.Text(to.Length);
    }
}

/// <summary>The layout of <c>tojson</c>'s text.</summary>
/// <param name="Indent">The indentation of one level; null for one line.</param>
/// <param name="ItemSeparator">The text between items.</param>
/// <param name="KeySeparator">The text between key and value.</param>
/// <param name="EnsureAscii">Whether characters beyond ASCII are escaped.</param>
/// <param name="SortKeys">Whether keys are sorted.</param>
internal sealed record JsonLayout(string? Indent, string ItemSeparator, string KeySeparator, bool EnsureAscii, bool SortKeys);
