using System.Text;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary><c>str.format</c> for fields without a format specification: <c>{}</c>, <c>{0}</c>, <c>{name}</c>.</summary>
internal sealed class PythonFormat(PythonPrinter printer, RenderBudget budget)
{
    public string Format(string format, CallArguments arguments)
    {
        var text = new StringBuilder(format.Length);
        var automatic = 0;
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (c is not ('{' or '}'))
                text.Append(c);
            else if (i + 1 < format.Length && format[i + 1] == c)
            {
                text.Append(c);
                i++;
            }
            else
            {
                var close = c == '{' ? format.IndexOf('}', i) : -1;
                if (close < 0)
                    throw new TemplateException(TemplateFault.Evaluation, $"format() meets a single '{c}'");
                var value = printer.Str(Field(format[(i + 1)..close], arguments, ref automatic));
                budget.Text(text.Length + value.Length);
                text.Append(value);
                i = close;
            }
        }
        return text.ToString();
    }

    private static object? Field(string field, CallArguments arguments, ref int automatic)
    {
        if (field.AsSpan().ContainsAny("!:.[{"))
            throw new TemplateException(TemplateFault.Evaluation, $"the field '{{{field}}}' of format() is not supported; only positions and names are");
        if (field.Length > 0 && !char.IsAsciiDigit(field[0]))
            return arguments.Named.TryGetValue(field, out var named) ? named
                : throw new TemplateException(TemplateFault.Evaluation, $"format() is not given '{field}'");
        var index = field.Length == 0 ? automatic++ : PythonNumbers.ParseInteger(field, 10) ?? -1;
        return index >= 0 && index < arguments.Positional.Count ? arguments.Positional[(int)index]
            : throw new TemplateException(TemplateFault.Evaluation, $"format() is not given the value for '{{{field}}}'");
    }
}
