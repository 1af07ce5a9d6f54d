using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attribution.Diagnostics;

namespace Attribution.Data.Store;

/// <summary>
/// Writes JSON values in a canonical form: that of RFC 8785 (names sorted by UTF-16 code units, no whitespace, minimal escapes, numbers in the shortest form
/// that reads back the same), except that integers below 10^21 keep all of their digits, so that two 64-bit seeds never become equal.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>How records are serialized: camelCase names, enums by name.</summary>
    internal static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>How they are read back: nothing may be missing.</summary>
    internal static readonly JsonSerializerOptions ReadOptions = new(Options)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true
    };

    /// <summary>The canonical text of a record, a JSON node or a JSON element.</summary>
    /// <exception cref="AttributionException">ATTR1804: the value contains NaN, an infinity, a number that is not a double, a duplicate name or a broken
    /// surrogate pair.</exception>
    public static string Write<T>(T value)
    {
        var text = new StringBuilder();
        Write(ToElement(value), "$", text);
        return text.ToString();
    }

    internal static JsonElement ToElement<T>(T value)
    {
        try
        {
            return value is JsonElement element ? element : JsonSerializer.SerializeToElement(value, Options);
        }
        catch (ArgumentException e)
        {
            throw NotCanonical($"A request holds a number that is not finite (NaN or an infinity), which JSON cannot say: {e.Message}", null, e);
        }
    }

    private static void Write(JsonElement value, string path, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(value, path, text);
                break;
            case JsonValueKind.Array:
                text.Append('[');
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    if (index > 0)
                        text.Append(',');
                    Write(item, $"{path}[{index++}]", text);
                }
                text.Append(']');
                break;
            case JsonValueKind.String:
                WriteString(Text(value.GetString, path), text);
                break;
            case JsonValueKind.Number:
                WriteNumber(value.GetRawText(), path, text);
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void WriteObject(JsonElement value, string path, StringBuilder text)
    {
        var members = value.EnumerateObject().Select(m => (Name: Text(() => m.Name, path)!, m.Value)).ToArray();
        Array.Sort(members, static (x, y) => string.CompareOrdinal(x.Name, y.Name));
        text.Append('{');
        for (var i = 0; i < members.Length; i++)
        {
            var (name, member) = members[i];
            if (i > 0 && name == members[i - 1].Name)
                throw NotCanonical($"A request has '{name}' twice in one object; keep one of them.", $"{path}.{name}");
            if (i > 0)
                text.Append(',');
            WriteString(name, text);
            text.Append(':');
            Write(member, $"{path}.{name}", text);
        }
        text.Append('}');
    }

    // JSON text may escape half of a surrogate pair, which UTF-8 cannot express.
    private static string? Text(Func<string?> read, string path)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException e)
        {
            throw NotCanonical("A request holds text with a broken surrogate pair, which UTF-8 cannot say.", path, e);
        }
    }

    private static void WriteString(string? value, StringBuilder text)
    {
        text.Append('"');
        foreach (var c in value!)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append($"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }
        text.Append('"');
    }

    private static void WriteNumber(string token, string path, StringBuilder text)
    {
        var (digits, point) = Decimal(token);
        if (digits.Length > point || point > 21)
        {
            var value = double.Parse(token, CultureInfo.InvariantCulture);
            if (!double.IsFinite(value))
                throw NotCanonical($"The number {token} of a request is larger than a double can hold.", path);
            (digits, point) = Decimal(value.ToString("R", CultureInfo.InvariantCulture));
        }
        if (digits.Length == 0)
        {
            text.Append('0');
            return;
        }
        if (token[0] == '-')
            text.Append('-');
        if (point is > 0 and <= 21)
            WriteFixed(digits, point, text);
        else if (point is > -6 and <= 0)
            text.Append("0.").Append('0', -point).Append(digits);
        else
            WriteExponential(digits, point - 1, text);
    }

    private static void WriteFixed(string digits, int point, StringBuilder text)
    {
        if (digits.Length <= point)
            text.Append(digits).Append('0', point - digits.Length);
        else
            text.Append(digits, 0, point).Append('.').Append(digits, point, digits.Length - point);
    }

    private static void WriteExponential(string digits, int exponent, StringBuilder text)
    {
        text.Append(digits[0]);
        if (digits.Length > 1)
            text.Append('.').Append(digits, 1, digits.Length - 1);
        text.Append('e').Append(exponent < 0 ? '-' : '+').Append(Math.Abs(exponent));
    }

    // The exact value of a JSON number, 0.digits x 10^point, without leading or trailing zeros in the digits.
    private static (string Digits, int Point) Decimal(string token)
    {
        var e = token.IndexOfAny(['e', 'E']);
        var mantissa = (e < 0 ? token : token[..e]).TrimStart('-');
        // With an exponent beyond an int the number is infinite or zero either way.
        var exponent = e < 0 ? 0 : (int)Math.Clamp(double.Parse(token[(e + 1)..], CultureInfo.InvariantCulture), -1e6, 1e6);
        var dot = mantissa.IndexOf('.');
        var point = (dot < 0 ? mantissa.Length : dot) + exponent;
        var digits = mantissa.Replace(".", "");
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), point - leading);
    }

    private static AttributionException NotCanonical(string message, string? property, Exception? inner = null)
        => new(ErrorCodes.RequestNotCanonical, message, inner) { Property = property };
}
