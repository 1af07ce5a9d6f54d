namespace Attribution.Tokenization.ChatTemplates;

/// <summary>Jinja2's filters on sequences and dicts. Filters that are lazy in Jinja2 are lazy here.</summary>
internal sealed class SequenceFilters(
    PythonOperators operators, PythonPrinter printer, StringMethods strings, MemberAccess members, TemplateFilters filters, TemplateTests tests)
{
    public object? Apply(string name, object? value, CallArguments arguments) => name switch
    {
        "list" => operators.Iterate(value).ToList(),
        "first" => operators.Iterate(value).Take(1).ToList() is [var first] ? first : new Undefined("the sequence has no first item, it is empty"),
        "last" => Last(value),
        "reverse" => value is string ? operators.Sliced(value, null, null, -1) : new PythonGenerator(Enumerable.Reverse(Reversible(value))),
        "join" => Join(value, arguments.Bind(name, 0, "d", "attribute")),
        "items" => Items(value),
        "map" => IsNothing(value) ? new PythonGenerator([]) : new PythonGenerator(Map(operators.Iterate(value), arguments)),
        "select" => Pick(value, arguments, keep: true, byAttribute: false),
        "reject" => Pick(value, arguments, keep: false, byAttribute: false),
        "selectattr" => Pick(value, arguments, keep: true, byAttribute: true),
        "rejectattr" => Pick(value, arguments, keep: false, byAttribute: true),
        "sort" => Sort(value, arguments.Bind(name, 0, "reverse", "case_sensitive", "attribute")),
        "dictsort" => SortDict(value, arguments.Bind(name, 0, "case_sensitive", "by", "reverse")),
        "unique" => new PythonGenerator(Unique(operators.Iterate(value), arguments.Bind(name, 0, "case_sensitive", "attribute"))),
        "min" => Extreme(value, arguments.Bind(name, 0, "case_sensitive", "attribute"), 1),
        "max" => Extreme(value, arguments.Bind(name, 0, "case_sensitive", "attribute"), -1),
        "sum" => Sum(value, arguments.Bind(name, 0, "attribute", "start")),
        "batch" => new PythonGenerator(Batches(operators.Iterate(value), arguments.Bind(name, 1, "linecount", "fill_with"))),
        "groupby" => Group(value, arguments.Bind(name, 1, "attribute", "default", "case_sensitive")),
        "attr" => members.Attribute(value, arguments.Bind(name, 1, "name").Text(0)),
        _ => throw new TemplateException(TemplateFault.Syntax, $"the filter '{name}' is not supported"),
    };

    private List<object?> Reversible(object? value) => value is PythonGenerator
        ? throw new TemplateException(TemplateFault.Evaluation, "a generator cannot be read backwards; make a list of it first")
        : [.. operators.Iterate(value)];

    private object? Last(object? value) => Reversible(value) is [.., var last] ? last : new Undefined("the sequence has no last item, it is empty");

    private string Join(object? value, BoundArguments arguments) => strings.Join(
        arguments.Has(0) ? printer.Str(arguments[0]) : "", operators.Iterate(value).Select(item => members.Path(item, arguments[1])), strict: false);

    private PythonGenerator Items(object? value) => value switch
    {
        Undefined => new([]),
        PythonDict dict => new(dict.Items.Select(item => new PythonTuple([item.Key, item.Value]))),
        _ => throw new TemplateException(TemplateFault.Evaluation, $"items takes a dict, not a value of type {PythonTypes.Name(value)}"),
    };

    private IEnumerable<object?> Map(IEnumerable<object?> items, CallArguments arguments)
    {
        if (arguments.Positional.Count == 0 && arguments.Named.ContainsKey("attribute"))
        {
            var bound = arguments.Bind("map", 0, "attribute", "default");
            return items.Select(item => members.Path(item, bound[0], bound[1]));
        }
        var filter = NameOf(arguments, 0, "map needs the name of a filter");
        return items.Select(item => filters.Apply(filter, item, arguments.Skip(1)));
    }

    // Jinja2 checks for emptiness before it iterates: for none, 0 and the like these filters return nothing, where others fail.
    private static bool IsNothing(object? value) => !PythonTypes.Truth(value);

    private PythonGenerator Pick(object? value, CallArguments arguments, bool keep, bool byAttribute)
    {
        if (IsNothing(value))
            return new PythonGenerator([]);
        var attribute = !byAttribute ? null
            : arguments.Positional.Count > 0 ? arguments.Positional[0]
                : throw new TemplateException(TemplateFault.Evaluation, "selectattr and rejectattr need the name of an attribute");
        var at = byAttribute ? 1 : 0;
        var test = arguments.Positional.Count > at ? NameOf(arguments, at, "the test of a selection is given by its name") : null;
        var rest = arguments.Skip(at + 1);
        return new PythonGenerator(operators.Iterate(value).Where(item =>
        {
            var part = members.Path(item, attribute);
            return keep == (test is null ? PythonTypes.Truth(part) : tests.Holds(test, part, rest));
        }));
    }

    private static string NameOf(CallArguments arguments, int index, string otherwise) =>
        index < arguments.Positional.Count && arguments.Positional[index] is string name
            ? name : throw new TemplateException(TemplateFault.Evaluation, otherwise);

    private object? Key(object? item, object? attribute, bool caseSensitive)
    {
        var key = members.Path(item, attribute);
        return key is string text && !caseSensitive ? text.ToLowerInvariant() : key;
    }

    private List<object?> Sort(object? value, BoundArguments arguments)
    {
        var attributes = arguments[2] is string text ? text.Split(',').ToList<object?>() : [arguments[2]];
        var caseSensitive = arguments.Truth(1);
        return Sorted([.. operators.Iterate(value)], item => new PythonTuple([.. attributes.Select(attribute => Key(item, attribute, caseSensitive))]),
            arguments.Truth(0));
    }

    /// <summary>Stable in both directions, like Python's <c>sorted</c>.</summary>
    private List<object?> Sorted(List<object?> items, Func<object?, object?> key, bool reverse)
    {
        var order = Comparer<object?>.Create((a, b) => operators.Order(a, b));
        try
        {
            return [.. reverse ? items.OrderByDescending(key, order) : items.OrderBy(key, order)];
        }
        catch (InvalidOperationException exception) when (exception.InnerException is TemplateException inner)
        {
            throw inner;
        }
    }

    private List<object?> SortDict(object? value, BoundArguments arguments)
    {
        if (value is not PythonDict dict)
            throw new TemplateException(TemplateFault.Evaluation, $"dictsort takes a dict, not a value of type {PythonTypes.Name(value)}");
        var by = arguments.Has(1) ? arguments.Text(1) : "key";
        if (by is not ("key" or "value"))
            throw new TemplateException(TemplateFault.Evaluation, "dictsort sorts by 'key' or by 'value'");
        var caseSensitive = arguments.Truth(0);
        return Sorted([.. dict.Items.Select(item => new PythonTuple([item.Key, item.Value]))], item => Key(item, by == "key" ? 0L : 1L, caseSensitive),
            arguments.Truth(2));
    }

    private IEnumerable<object?> Unique(IEnumerable<object?> items, BoundArguments arguments)
    {
        var seen = new List<object?>();
        foreach (var item in items)
        {
            var key = Key(item, arguments[1], arguments.Truth(0));
            if (seen.Exists(other => operators.AreEqual(other, key)))
                continue;
            seen.Add(key);
            yield return item;
        }
    }

    private object? Extreme(object? value, BoundArguments arguments, int sign)
    {
        object? best = new Undefined("the sequence has no smallest or largest item, it is empty"), bestKey = null;
        foreach (var item in operators.Iterate(value))
        {
            var key = Key(item, arguments[1], arguments.Truth(0));
            if (best is Undefined || sign * operators.Order(key, bestKey) < 0)
                (best, bestKey) = (item, key);
        }
        return best;
    }

    private object? Sum(object? value, BoundArguments arguments) => operators.Iterate(value).Aggregate(
        arguments.Has(1) ? arguments[1] : 0L, (sum, item) => operators.Apply("+", sum, members.Path(item, arguments[0])));

    private static IEnumerable<object?> Batches(IEnumerable<object?> items, BoundArguments arguments)
    {
        var size = (int)Math.Clamp(arguments.Integer(0, 1), 1, RenderBudget.MaxSteps);
        foreach (var chunk in items.Chunk(size))
            yield return arguments[1] is { } fill ? [.. chunk, .. Enumerable.Repeat(fill, size - chunk.Length)] : chunk.ToList();
    }

    private List<object?> Group(object? value, BoundArguments arguments)
    {
        var groups = new List<object?>();
        List<object?>? group = null;
        object? lastKey = null;
        foreach (var item in Sorted([.. operators.Iterate(value)], KeyOf, reverse: false))
        {
            if (group is null || !operators.AreEqual(KeyOf(item), lastKey))
            {
                group = [];
                lastKey = KeyOf(item);
                groups.Add(new PythonTuple([members.Path(item, arguments[0], arguments[1]), group]));
            }
            group.Add(item);
        }
        return groups;

        object? KeyOf(object? item) => members.Path(item, arguments[0], arguments[1]) is var key && key is string text && !arguments.Truth(2)
            ? text.ToLowerInvariant() : key;
    }
}
