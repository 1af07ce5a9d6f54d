using System.Globalization;
using System.Text;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary><c>datetime.strftime</c> in the C locale.</summary>
internal static class PythonTime
{
    public static string Format(DateTime time, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            var unpadded = format[i + 1] == '-' && i + 2 < format.Length;
            i += unpadded ? 2 : 1;
            var field = Field(time, format[i]);
            text.Append(unpadded && field.TrimStart('0', ' ') is var trimmed ? (trimmed.Length == 0 ? "0" : trimmed) : field);
        }
        return text.ToString();
    }

    private static string Field(DateTime time, char directive)
    {
        var pattern = directive switch
        {
            'Y' => "yyyy",
            'y' => "yy",
            'm' => "MM",
            'B' => "MMMM",
            'b' or 'h' => "MMM",
            'd' => "dd",
            'A' => "dddd",
            'a' => "ddd",
            'H' => "HH",
            'I' => "hh",
            'M' => "mm",
            'S' => "ss",
            'f' => "ffffff",
            'p' => "tt",
            'F' => "yyyy-MM-dd",
            'T' => "HH:mm:ss",
            'D' => "MM/dd/yy",
            'R' => "HH:mm",
            'x' => "MM/dd/yy",
            'X' => "HH:mm:ss",
            _ => null,
        };
        return directive switch
        {
            'j' => time.DayOfYear.ToString("000"),
            'e' => time.Day.ToString().PadLeft(2),
            'w' => ((int)time.DayOfWeek).ToString(),
            'u' => (time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek).ToString(),
            'c' => time.ToString("ddd MMM ", CultureInfo.InvariantCulture) + time.Day.ToString().PadLeft(2)
                + time.ToString(" HH:mm:ss yyyy", CultureInfo.InvariantCulture),
            'n' => "\n",
            't' => "\t",
            '%' => "%",
            // datetime.now() has no time zone, and Python prints nothing then.
            'z' or 'Z' => "",
            _ when pattern is not null => time.ToString(pattern, CultureInfo.InvariantCulture),
            _ => throw new TemplateException(TemplateFault.Evaluation, $"the directive '%{directive}' of strftime_now is not supported"),
        };
    }
}
