namespace Attribution.Tokenization.ChatTemplates;

/// <summary>Python's operators on the values of a template: equality, order, membership, arithmetic, iteration, slices.</summary>
internal sealed class PythonOperators(RenderBudget budget)
{
    public bool AreEqual(object? left, object? right)
    {
        RenderBudget.Descend();
        budget.Step();
        if (PythonTypes.IsNumber(left) && PythonTypes.IsNumber(right))
            return left is double || right is double ? ToDouble(left) == ToDouble(right) : ToInteger(left) == ToInteger(right);
        return (left, right) switch
        {
            (null, null) or (Undefined, Undefined) => true,
            (string a, string b) => a == b,
            (List<object?> a, List<object?> b) => ItemsEqual(a, b),
            (PythonTuple a, PythonTuple b) => ItemsEqual(a, b),
            (PythonRange a, PythonRange b) => ItemsEqual(a, b),
            (PythonDict a, PythonDict b) => a.Count == b.Count && a.Items.All(item => b.TryGet(item.Key, out var other) && AreEqual(item.Value, other)),
            _ => ReferenceEquals(left, right),
        };
    }

    private bool ItemsEqual(IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        if (left.Count != right.Count)
            return false;
        for (var i = 0; i < left.Count; i++)
            if (!AreEqual(left[i], right[i]))
                return false;
        return true;
    }

    /// <summary>
    /// Negative, zero or positive if <paramref name="left"/> sorts before, with or after <paramref name="right"/>; an error if Python does not order them.
    /// </summary>
    public int Order(object? left, object? right, string symbol = "<")
    {
        RenderBudget.Descend();
        budget.Step();
        switch (left, right)
        {
            case (Undefined undefined, _):
                throw undefined.Use();
            case (_, Undefined undefined):
                throw undefined.Use();
            case (string a, string b):
                return PythonText.Compare(a, b);
            case (List<object?> a, List<object?> b):
                return OrderItems(a, b);
            case (PythonTuple a, PythonTuple b):
                return OrderItems(a, b);
            case var _ when PythonTypes.IsNumber(left) && PythonTypes.IsNumber(right):
                return left is double || right is double ? ToDouble(left).CompareTo(ToDouble(right)) : ToInteger(left).CompareTo(ToInteger(right));
            default:
                throw Unsupported(symbol, left, right);
        }
    }

    private int OrderItems(IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        for (var i = 0; i < left.Count && i < right.Count; i++)
            if (!AreEqual(left[i], right[i]))
                return Order(left[i], right[i]);
        return left.Count.CompareTo(right.Count);
    }

    public bool Compare(string symbol, object? left, object? right) => symbol switch
    {
        "==" => AreEqual(left, right),
        "!=" => !AreEqual(left, right),
        "in" => Contains(right, left),
        "not in" => !Contains(right, left),
        // Python's NaN is neither smaller nor larger than any value.
        _ when IsNaN(left) || IsNaN(right) => false,
        "<" => Order(left, right, symbol) < 0,
        "<=" => Order(left, right, symbol) <= 0,
        ">" => Order(left, right, symbol) > 0,
        _ => Order(left, right, symbol) >= 0,
    };

    private static bool IsNaN(object? value) => value is double.NaN;

    public bool Contains(object? container, object? value)
    {
        switch (container)
        {
            case string text:
                budget.Text(text.Length);
                return value switch
                {
                    string part => text.Contains(part, StringComparison.Ordinal),
                    Undefined undefined => throw undefined.Use(),
                    _ => throw new TemplateException(TemplateFault.Evaluation,
                        $"'in' on a text needs a text to look for, not a value of type {PythonTypes.Name(value)}"),
                };
            case PythonDict dict:
                return dict.TryGet(value, out _);
            default:
                return Iterate(container).Any(item => AreEqual(item, value));
        }
    }

    /// <summary>The elements of a Python iterable: a text's characters, a dict's keys.</summary>
    public IEnumerable<object?> Iterate(object? value) => Counted(value switch
    {
        string text => PythonText.CodePoints(text),
        PythonDict dict => dict.Keys,
        IEnumerable<object?> items => items,
        PythonGenerator generator => Remaining(generator),
        Undefined => [],
        _ => throw new TemplateException(TemplateFault.Evaluation, $"a value of type {PythonTypes.Name(value)} is not iterable"),
    });

    private IEnumerable<object?> Counted(IEnumerable<object?> items)
    {
        foreach (var item in items)
        {
            budget.Step();
            yield return item;
        }
    }

    private static IEnumerable<object?> Remaining(PythonGenerator generator)
    {
        while (generator.Items.MoveNext())
            yield return generator.Items.Current;
    }

    public long Length(object? value) => value switch
    {
        string text => PythonText.Length(text),
        PythonDict dict => dict.Count,
        IReadOnlyCollection<object?> items => items.Count,
        Undefined => 0,
        _ => throw new TemplateException(TemplateFault.Evaluation, $"a value of type {PythonTypes.Name(value)} has no length"),
    };

    public object? Apply(string symbol, object? left, object? right)
    {
        if (left is Undefined || right is Undefined)
            throw (left as Undefined ?? (Undefined)right!).Use();
        switch (symbol, left, right)
        {
            case ("+", string a, string b):
                budget.Text((long)a.Length + b.Length);
                return a + b;
            case ("+", List<object?> a, List<object?> b):
                return Joined(a, b);
            case ("+", PythonTuple a, PythonTuple b):
                return new PythonTuple(Joined(a, b));
            case ("*", string text, long or bool):
                return Repeated(text, ToInteger(right));
            case ("*", long or bool, string text):
                return Repeated(text, ToInteger(left));
            case ("*", List<object?> items, long or bool):
                return Repeated(items, ToInteger(right));
            case ("*", long or bool, List<object?> items):
                return Repeated(items, ToInteger(left));
            case ("%", string, _):
                throw new TemplateException(TemplateFault.Evaluation, "formatting a text with '%' is not supported; '~' and format() are");
            case var _ when PythonTypes.IsNumber(left) && PythonTypes.IsNumber(right):
                return PythonNumbers.Apply(symbol, left, right);
            default:
                throw Unsupported(symbol, left, right);
        }
    }

    private List<object?> Joined(IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        budget.Step(left.Count + right.Count);
        return [.. left, .. right];
    }

    private string Repeated(string text, long times)
    {
        budget.Text((long)Math.Min((decimal)text.Length * Math.Max(times, 0), long.MaxValue / 2));
        return times <= 0 ? "" : string.Concat(Enumerable.Repeat(text, text.Length == 0 ? 0 : (int)times));
    }

    private List<object?> Repeated(List<object?> items, long times)
    {
        budget.Step((int)Math.Min((decimal)items.Count * Math.Max(times, 0), RenderBudget.MaxSteps + 1));
        return times <= 0 || items.Count == 0 ? [] : [.. Enumerable.Repeat(items, (int)times).SelectMany(copy => copy)];
    }

    public object? Negate(object? value, bool negative) => value switch
    {
        bool flag => negative ? (flag ? -1L : 0L) : flag ? 1L : 0L,
        long integer => negative ? PythonNumbers.Apply("-", 0L, integer) : integer,
        double real => negative ? -real : real,
        Undefined undefined => throw undefined.Use(),
        _ => throw new TemplateException(TemplateFault.Evaluation, $"a value of type {PythonTypes.Name(value)} has no sign"),
    };

    /// <summary><c>value[start:stop:step]</c> of a text or a sequence.</summary>
    public object? Sliced(object? value, long? start, long? stop, long step)
    {
        if (value is string text && step == 1 && PythonText.IsPlain(text))
        {
            var (from, to) = Bounds(text.Length, start, stop, 1);
            budget.Text(Math.Max(0, to - from));
            return from < to ? text[(int)from..(int)to] : "";
        }
        var items = value is string points ? [.. PythonText.CodePoints(points)] : (IReadOnlyList<object?>)value!;
        var (first, end) = Bounds(items.Count, start, stop, step);
        var picked = new List<object?>();
        for (var i = first; step > 0 ? i < end : i > end; i += step)
        {
            budget.Step();
            picked.Add(items[(int)i]);
        }
        return value switch
        {
            string => string.Concat(picked),
            PythonTuple => new PythonTuple(picked),
            _ => picked,
        };
    }

    /// <summary>Python's <c>slice.indices</c>; the step is limited so that adding it cannot overflow.</summary>
    private static (long First, long End) Bounds(int count, long? start, long? stop, long step)
    {
        var (low, high) = step > 0 ? (0L, (long)count) : (-1L, count - 1L);
        return (Clamp(start, step > 0 ? low : high), Clamp(stop, step > 0 ? high : low));

        long Clamp(long? bound, long otherwise) => bound is not { } value ? otherwise : Math.Clamp(value < 0 ? value + count : value, low, high);
    }

    private static double ToDouble(object? value) => PythonNumbers.ToDouble(value);

    private static long ToInteger(object? value) => PythonNumbers.ToInteger(value);

    private static TemplateException Unsupported(string symbol, object? left, object? right) =>
        new(TemplateFault.Evaluation, $"'{symbol}' cannot take values of type {PythonTypes.Name(left)} and {PythonTypes.Name(right)}");
}
