using System.Globalization;
using System.Numerics;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>Python's arithmetic on int, float and bool. Integers have 64 bits; an overflow is an error, never a wrong number.</summary>
internal static class PythonNumbers
{
    public static double ToDouble(object? value) => value switch { bool flag => flag ? 1 : 0, long integer => integer, _ => (double)value! };

    public static long ToInteger(object? value) => value is bool flag ? flag ? 1 : 0 : (long)value!;

    public static object Apply(string symbol, object? left, object? right)
    {
        try
        {
            return left is double || right is double || symbol == "/"
                ? Real(symbol, ToDouble(left), ToDouble(right))
                : Integer(symbol, ToInteger(left), ToInteger(right));
        }
        catch (OverflowException)
        {
            throw new TemplateException(TemplateFault.Evaluation, $"the result of '{symbol}' does not fit 64 bits");
        }
        catch (DivideByZeroException)
        {
            throw new TemplateException(TemplateFault.Evaluation, "division by zero");
        }
    }

    private static object Integer(string symbol, long left, long right) => symbol switch
    {
        "+" => checked(left + right),
        "-" => checked(left - right),
        "*" => checked(left * right),
        // Python rounds down, C# towards zero.
        "//" => checked(left / right) - (left % right != 0 && left < 0 != right < 0 ? 1 : 0),
        "%" => right == -1 ? 0L : left % right is var rest && rest != 0 && rest < 0 != right < 0 ? rest + right : left % right,
        _ => right >= 0 ? Power(left, right) : Real(symbol, left, right),
    };

    private static object Power(long left, long right)
    {
        if (left is 0 or 1 or -1)
            return right == 0 ? 1L : left == -1 && right % 2 == 0 ? 1L : left;
        return right > 63 ? throw new OverflowException() : (long)BigInteger.Pow(left, (int)right);
    }

    private static object Real(string symbol, double left, double right) => symbol switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "**" => Math.Pow(left, right),
        _ when right == 0 => throw new DivideByZeroException(),
        "/" => left / right,
        "//" => Math.Floor(left / right),
        _ => left - right * Math.Floor(left / right),
    };

    /// <summary><c>int(text, base)</c>; null if the text is not an integer.</summary>
    public static long? ParseInteger(string text, int radix)
    {
        var trimmed = text.Trim().Replace("_", "");
        var sign = trimmed.StartsWith('-') ? -1 : 1;
        var digits = trimmed.TrimStart('-', '+');
        if (trimmed.Length - digits.Length > 1 || digits.Length == 0)
            return null;
        if (digits.Length > 2 && digits[0] == '0' && radix == (char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 }))
            digits = digits[2..];
        Int128 value = 0;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? int.Parse([c], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                : char.IsDigit(c) ? (int)char.GetNumericValue(c) : radix;
            if (digit >= radix)
                return null;
            value = value * radix + digit;
            if (value > long.MaxValue)
                throw new TemplateException(TemplateFault.Evaluation, "int() of a number that does not fit 64 bits");
        }
        return sign * (long)value;
    }

    /// <summary><c>float(text)</c>; null if the text is not a number.</summary>
    public static double? ParseReal(string text)
    {
        const NumberStyles style = NumberStyles.Float & ~NumberStyles.AllowHexSpecifier;
        var trimmed = text.Trim();
        return trimmed.ToLowerInvariant() switch
        {
            "nan" or "+nan" or "-nan" => double.NaN,
            "inf" or "+inf" or "infinity" or "+infinity" => double.PositiveInfinity,
            "-inf" or "-infinity" => double.NegativeInfinity,
            _ => double.TryParse(trimmed, style, CultureInfo.InvariantCulture, out var value) ? value : null,
        };
    }
}
