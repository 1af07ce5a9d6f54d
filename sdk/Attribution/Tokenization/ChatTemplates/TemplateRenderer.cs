using System.Text;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>Renders a parsed template once.</summary>
internal sealed class TemplateRenderer
{
    private static readonly PythonDict NoMessage = new();

    private readonly RenderBudget _budget = new();
    private readonly ExpressionEvaluator _expressions;
    private readonly StringBuilder _document = new();
    private readonly List<TurnSpan> _turns = [];
    private readonly Dictionary<PythonDict, int> _messages;
    private readonly Scope _globals = new(null);
    private StringBuilder _output;
    private int _macroDepth;
    private List<TurnSpan>? _generated = [];
    private int _message = -1;

    /// <summary>The effect of a statement on the loop around it.</summary>
    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    /// <param name="variables">The variables of the template.</param>
    /// <param name="messages">The values in <paramref name="variables"/> whose turns in the output are recorded.</param>
    /// <param name="now">The time for <c>strftime_now</c>.</param>
    public TemplateRenderer(IReadOnlyDictionary<string, object?> variables, IReadOnlyList<PythonDict> messages, Func<DateTime> now)
    {
        _expressions = new ExpressionEvaluator(_budget);
        _output = _document;
        _messages = messages.Index().ToDictionary(message => message.Item, message => message.Index,
            ReferenceEqualityComparer.Instance as IEqualityComparer<PythonDict>);
        TemplateGlobals.AddTo(_globals, now);
        foreach (var (name, value) in variables)
            _globals.Set(name, value);
    }

    /// <summary>The line of the last rendered statement, for error messages.</summary>
    public int Line => _expressions.Line;

    public RenderedTemplate Render(StatementList template)
    {
        Run(template, new Scope(_globals));
        return new RenderedTemplate(_document.ToString(), _turns, _generated);
    }

    private Flow Run(StatementList block, Scope scope)
    {
        RenderBudget.Descend();
        foreach (var statement in block.Statements)
        {
            _expressions.Line = statement.Line;
            _budget.Step();
            if (Run(statement, scope) is var flow && flow != Flow.Next)
                return flow;
        }
        return Flow.Next;
    }

    private Flow Run(Statement statement, Scope scope)
    {
        switch (statement)
        {
            case Data data:
                Write(data.Text);
                return Flow.Next;
            case Print print:
                Write(_expressions.Printer.Str(_expressions.Evaluate(print.Value, scope)));
                return Flow.Next;
            case If choice:
                return Run(choice.Branches.FirstOrDefault(branch => _expressions.IsTrue(branch.Condition, scope)).Body ?? choice.Else, scope);
            case For loop:
                return Loop(loop, scope);
            case Set set:
                Assign(set.Target, _expressions.Evaluate(set.Value, scope), scope);
                return Flow.Next;
            case SetBlock set:
                Assign(set.Target, Filtered(set.Filters, Capture(set.Body, new Scope(scope)), scope), scope);
                return Flow.Next;
            case MacroDefinition definition:
                scope.Set(definition.Macro.Name, Callable(definition.Macro, scope));
                return Flow.Next;
            case CallBlock block:
                Write(_expressions.Printer.Str(Called(block, scope)));
                return Flow.Next;
            case FilterBlock block:
                Write(_expressions.Printer.Str(Filtered(block.Filters, Capture(block.Body, new Scope(scope)), scope)));
                return Flow.Next;
            case With with:
                var inner = new Scope(scope);
                foreach (var (target, value) in with.Assignments)
                    Assign(target, _expressions.Evaluate(value, scope), inner);
                return Run(with.Body, inner);
            case Generation generation:
                return Generate(generation, scope);
            default:
                return statement is Break ? Flow.Break : Flow.Continue;
        }
    }

    private Flow Generate(Generation generation, Scope scope)
    {
        var start = _document.Length;
        var flow = Run(generation.Body, new Scope(scope));
        // The output that a macro or a set block captures has no position of its own.
        if (_output != _document)
            _generated = null;
        else
            _generated?.Add(new TurnSpan(_message, start, _document.Length));
        return flow;
    }

    private void Write(string text)
    {
        _budget.Text(text.Length);
        if (_output.Length + text.Length > RenderBudget.MaxTextLength)
            _budget.Text((long)_output.Length + text.Length);
        _output.Append(text);
    }

    /// <summary>Renders a body to a text instead of the output.</summary>
    private string Capture(StatementList body, Scope scope)
    {
        var outer = _output;
        _output = new StringBuilder();
        try
        {
            Run(body, scope);
            return _output.ToString();
        }
        finally
        {
            _output = outer;
        }
    }

    private object? Filtered(IReadOnlyList<Filter> filters, object? value, Scope scope) =>
        filters.Aggregate(value, (filtered, filter) => _expressions.Filtered(filter, filtered, scope));

    private Flow Loop(For loop, Scope scope)
    {
        var source = _expressions.Evaluate(loop.Items, scope);
        _expressions.Line = loop.Line;
        var items = _expressions.Operators.Iterate(source);
        int? count = source is string or PythonGenerator ? null : (int)_expressions.Operators.Length(source);
        if (loop.Condition is { } condition)
        {
            count = null;
            items = items.Where(item =>
            {
                var probe = new Scope(scope);
                Assign(loop.Target, item, probe);
                return _expressions.IsTrue(condition, probe);
            });
        }

        using var enumerator = items.GetEnumerator();
        var state = new LoopState(enumerator, count, _expressions.Operators);
        var ran = false;
        while (state.MoveNext(out var item))
        {
            ran = true;
            var body = new Scope(scope);
            body.Set("loop", state);
            Assign(loop.Target, item, body);
            var start = _document.Length;
            var outer = _message;
            var isMessage = _messages.TryGetValue(item as PythonDict ?? NoMessage, out var index);
            _message = isMessage ? index : outer;
            var flow = Run(loop.Body, body);
            _message = outer;
            if (isMessage && _document.Length > start)
                _turns.Add(new TurnSpan(index, start, _document.Length));
            if (flow == Flow.Break)
                break;
        }
        return ran ? Flow.Next : Run(loop.Else, new Scope(scope));
    }

    private void Assign(Expression target, object? value, Scope scope)
    {
        switch (target)
        {
            case Name name:
                scope.Set(name.Identifier, value);
                break;
            case NamespaceReference reference:
                _expressions.Line = reference.Line;
                if (scope.Get(reference.Namespace) is not TemplateNamespace space)
                    throw new TemplateException(TemplateFault.Evaluation,
                        $"'{reference.Namespace}' is no namespace, so that '{reference.Attribute}' cannot be set");
                space.Attributes[reference.Attribute] = value;
                break;
            case TupleLiteral tuple:
                var parts = value is Undefined undefined ? throw undefined.Use() : _expressions.Operators.Iterate(value).ToList();
                if (parts.Count != tuple.Items.Count)
                    throw new TemplateException(TemplateFault.Evaluation, $"{tuple.Items.Count} names cannot take {parts.Count} values");
                for (var i = 0; i < parts.Count; i++)
                    Assign(tuple.Items[i], parts[i], scope);
                break;
        }
    }

    private object? Called(CallBlock block, Scope scope)
    {
        var callee = _expressions.Evaluate(block.Call.Callee, scope);
        var arguments = _expressions.Arguments(block.Call.Arguments, scope);
        var named = new Dictionary<string, object?>(arguments.Named) { ["caller"] = Callable(block.Caller, scope) };
        return _expressions.Invoke(callee, new CallArguments(arguments.Positional, named), block.Line);
    }

    private TemplateFunction Callable(Macro macro, Scope definedIn) => new(macro.Name, arguments =>
    {
        if (++_macroDepth > RenderBudget.MaxMacroDepth)
            throw new TemplateException(TemplateFault.Limit, $"more than {RenderBudget.MaxMacroDepth} macros call each other");
        var scope = new Scope(definedIn);
        Bind(macro, arguments, scope);
        var text = Capture(macro.Body, scope);
        _macroDepth--;
        return text;
    });

    private void Bind(Macro macro, CallArguments arguments, Scope scope)
    {
        var named = new Dictionary<string, object?>(arguments.Named);
        for (var i = 0; i < macro.Parameters.Count; i++)
        {
            var (name, otherwise) = macro.Parameters[i];
            if (i < arguments.Positional.Count)
                scope.Set(name, arguments.Positional[i]);
            else if (named.Remove(name, out var value))
                scope.Set(name, value);
            else
                scope.Set(name, otherwise is null ? new Undefined($"the parameter '{name}' of macro '{macro.Name}' was not given")
                    : _expressions.Evaluate(otherwise, scope));
        }

        if (macro.TakesCaller)
            scope.Set("caller", named.Remove("caller", out var caller)
                ? caller : new Undefined("no 'call' block called this macro, so that it has no 'caller'"));
        if (macro.TakesNamed)
        {
            var rest = new PythonDict();
            foreach (var (name, value) in named)
                rest.Set(name, value);
            scope.Set("kwargs", rest);
        }
        else if (named.Count > 0)
            throw new TemplateException(TemplateFault.Evaluation, $"the macro '{macro.Name}' has no parameter '{named.Keys.First()}', or is given it twice");
        if (macro.TakesMore)
            scope.Set("varargs", new PythonTuple([.. arguments.Positional.Skip(macro.Parameters.Count)]));
        else if (arguments.Positional.Count > macro.Parameters.Count)
            throw new TemplateException(TemplateFault.Evaluation,
                $"the macro '{macro.Name}' takes at most {macro.Parameters.Count} arguments, not {arguments.Positional.Count}");
    }
}

/// <summary>The result of rendering a template.</summary>
/// <param name="Text">The text.</param>
/// <param name="Turns">The output of each pass of a loop over the messages, in the order of writing; empty if the template writes its messages in another
/// way.</param>
/// <param name="Generated">The output of the <c>{% generation %}</c> blocks, with the message in whose pass each is, -1 if outside of any; null if the position
/// of one is not known.</param>
internal sealed record RenderedTemplate(string Text, IReadOnlyList<TurnSpan> Turns, IReadOnlyList<TurnSpan>? Generated);

/// <summary>The output of one pass of a loop for one message, as UTF-16 positions in the rendered text.</summary>
internal readonly record struct TurnSpan(int Message, int Start, int End);
