using System.Collections.Frozen;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>Jinja2's tests, which follow <c>is</c>.</summary>
internal sealed class TemplateTests(PythonOperators operators)
{
    private static readonly FrozenSet<string> TakeNoArguments = FrozenSet.Create(
        "defined", "undefined", "none", "boolean", "true", "false", "string", "number", "integer", "float", "mapping", "sequence", "iterable",
        "callable", "odd", "even", "lower", "upper");

    public bool Holds(string name, object? value, CallArguments arguments)
    {
        if (TakeNoArguments.Contains(name))
            arguments.Bind(name, 0);
        return Decide(name, value, arguments);
    }

    private bool Decide(string name, object? value, CallArguments arguments) => name switch
    {
        "defined" => value is not Undefined,
        "undefined" => value is Undefined,
        "none" => value is null,
        "boolean" => value is bool,
        "true" => value is true,
        "false" => value is false,
        "string" => value is string,
        "number" => PythonTypes.IsNumber(value),
        "integer" => value is long,
        "float" => value is double,
        "mapping" => value is PythonDict,
        "sequence" => value is string or PythonDict or IReadOnlyList<object?> or Undefined,
        "iterable" => value is string or PythonDict or IEnumerable<object?> or PythonGenerator or Undefined,
        "callable" => value is TemplateFunction,
        "odd" => IsMultiple(value, 2, remainder: 1),
        "even" => IsMultiple(value, 2, remainder: 0),
        "divisibleby" => IsMultiple(value, arguments.Bind(name, 1, "num").Integer(0, 1), remainder: 0),
        "lower" => value is string text && StringMethods.IsLower(text),
        "upper" => value is string text && StringMethods.IsUpper(text),
        "equalto" or "eq" or "==" => Compare("==", name, value, arguments),
        "ne" or "!=" => Compare("!=", name, value, arguments),
        "lt" or "lessthan" or "<" => Compare("<", name, value, arguments),
        "le" or "<=" => Compare("<=", name, value, arguments),
        "gt" or "greaterthan" or ">" => Compare(">", name, value, arguments),
        "ge" or ">=" => Compare(">=", name, value, arguments),
        "in" => Compare("in", name, value, arguments),
        "sameas" => arguments.Bind(name, 1, "other")[0] is var other
            && (ReferenceEquals(value, other) || (value is bool or long or string && value.Equals(other))),
        _ => throw new TemplateException(TemplateFault.Syntax, $"the test '{name}' is not supported"),
    };

    private bool Compare(string symbol, string name, object? value, CallArguments arguments) =>
        operators.Compare(symbol, value, arguments.Bind(name, 1, "other")[0]);

    private bool IsMultiple(object? value, long of, long remainder) => operators.AreEqual(operators.Apply("%", value, of), remainder);
}
