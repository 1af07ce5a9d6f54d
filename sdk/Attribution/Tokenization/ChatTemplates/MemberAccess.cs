namespace Attribution.Tokenization.ChatTemplates;

/// <summary>
/// Jinja2's two ways to access a part of a value: <c>value.name</c> looks for an attribute first and an element second, <c>value[index]</c> the other way
/// round; a missing part is undefined. As in Jinja2's immutable sandbox, nothing that changes a value can be called.
/// </summary>
internal sealed class MemberAccess(PythonOperators operators, StringMethods strings)
{
    public object? Attribute(object? of, string name)
    {
        if (of is Undefined undefined)
            throw undefined.Use();
        return TryAttribute(of, name, out var value) || TryElement(of, name, out value) ? value : Undefined.Member(of, name);
    }

    public object? Element(object? of, object? index)
    {
        if (of is Undefined undefined)
            throw undefined.Use();
        return TryElement(of, index, out var value) || (index is string name && TryAttribute(of, name, out value)) ? value : Undefined.Member(of, index);
    }

    /// <summary>The path <c>a.0.b</c> that filters take as <c>attribute</c>: each part is an element.</summary>
    public object? Path(object? of, object? path, object? otherwise = null)
    {
        if (path is not string text)
            return path is null ? of : ElementOr(of, path);
        foreach (var part in text.Split('.'))
            of = ElementOr(of, part.Length > 0 && part.All(char.IsDigit) && PythonNumbers.ParseInteger(part, 10) is { } index ? index : part);
        return of;

        object? ElementOr(object? value, object index) => Element(value, index) is Undefined undefined ? otherwise ?? undefined : Element(value, index);
    }

    private bool TryElement(object? of, object? index, out object? value)
    {
        value = null;
        switch (of)
        {
            case PythonDict dict:
                return dict.TryGet(index, out value);
            case string text when index is long or bool:
                var starts = PythonText.IsPlain(text) ? null : PythonText.CodePointStarts(text);
                if (!TryPosition(index, starts is null ? text.Length : starts.Length - 1, out var at))
                    return false;
                value = starts is null ? text.Substring(at, 1) : text[starts[at]..starts[at + 1]];
                return true;
            case IReadOnlyList<object?> items when index is long or bool:
                if (!TryPosition(index, items.Count, out var position))
                    return false;
                value = items[position];
                return true;
            default:
                return false;
        }
    }

    private static bool TryPosition(object index, int count, out int position)
    {
        var asked = PythonNumbers.ToInteger(index);
        var at = asked < 0 ? asked + count : asked;
        position = (int)Math.Clamp(at, 0, count);
        return at >= 0 && at < count;
    }

    private bool TryAttribute(object? of, string name, out object? value)
    {
        value = of switch
        {
            string text => strings.Find(text, name),
            PythonDict dict => DictMethod(dict, name),
            List<object?> or PythonTuple or PythonRange => SequenceMethod((IReadOnlyList<object?>)of, name),
            _ => null,
        };
        if (of is LoopState loop)
            return (value = loop.Attribute(name)) is not Undefined || name is "previtem" or "nextitem";
        if (of is TemplateNamespace space)
            return space.Attributes.TryGetValue(name, out value);
        if (of is TemplateFunction function && name == "name")
            value = function.Name;
        return value is not null;
    }

    private TemplateFunction? DictMethod(PythonDict dict, string name) => name switch
    {
        "get" => new(name, arguments =>
        {
            var bound = arguments.Bind(name, 1, "key", "default");
            return dict.TryGet(bound[0], out var value) ? value : bound[1];
        }),
        "keys" => new(name, _ => new PythonView("dict_keys", [.. operators.Iterate(dict)])),
        "values" => new(name, _ => new PythonView("dict_values", [.. dict.Values])),
        "items" => new(name, _ => new PythonView("dict_items", [.. dict.Items.Select(item => new PythonTuple([item.Key, item.Value]))])),
        "copy" => new(name, _ =>
        {
            var copy = new PythonDict();
            foreach (var (key, value) in dict.Items)
                copy.Set(key, value);
            return copy;
        }),
        "update" or "pop" or "popitem" or "clear" or "setdefault" => Unsafe("dict", name),
        _ => null,
    };

    private TemplateFunction? SequenceMethod(IReadOnlyList<object?> items, string name) => name switch
    {
        "index" => new(name, arguments =>
        {
            var wanted = arguments.Bind(name, 1, "value")[0];
            for (var i = 0; i < items.Count; i++)
                if (operators.AreEqual(items[i], wanted))
                    return (long)i;
            throw new TemplateException(TemplateFault.Evaluation, "index() finds no such element");
        }),
        "count" => new(name, arguments =>
        {
            var wanted = arguments.Bind(name, 1, "value")[0];
            return operators.Iterate(items).LongCount(item => operators.AreEqual(item, wanted));
        }),
        "copy" when items is List<object?> => new(name, _ => operators.Iterate(items).ToList()),
        "append" or "extend" or "insert" or "pop" or "remove" or "clear" or "reverse" or "sort" when items is List<object?> => Unsafe("list", name),
        _ => null,
    };

    private static TemplateFunction Unsafe(string type, string name) => new(name, _ => throw new TemplateException(
        TemplateFault.Evaluation, $"'{name}' would change a {type}, which the sandbox of chat templates does not allow"));
}
