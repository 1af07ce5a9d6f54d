namespace Attribution.Tokenization.ChatTemplates;

/// <summary>
/// Jinja2's default undefined value: prints as nothing, counts as false and as an empty sequence, and is an error as soon as
/// anything else is done with it.
/// </summary>
/// <param name="what">The error then: what is undefined.</param>
internal sealed class Undefined(string what)
{
    public TemplateException Use() => new(TemplateFault.Evaluation, what);

    public static Undefined Variable(string name) => new($"'{name}' is undefined");

    public static Undefined Member(object? of, object? name)
    {
        var type = PythonTypes.Name(of);
        if (name is string text)
            return new(of is null ? $"'None' has no attribute '{text}'" : $"'{type} object' has no attribute '{text}'");
        return new($"{type} object has no element {(name is long index ? index : PythonTypes.Name(name))}");
    }
}
