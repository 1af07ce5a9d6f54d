namespace Attribution.Tokenization.ChatTemplates;

/// <summary>Evaluates expressions and keeps track of the line, for error messages.</summary>
internal sealed class ExpressionEvaluator
{
    private readonly RenderBudget _budget;
    private readonly MemberAccess _members;
    private readonly TemplateFilters _filters;
    private readonly TemplateTests _tests;

    public ExpressionEvaluator(RenderBudget budget)
    {
        _budget = budget;
        Operators = new PythonOperators(budget);
        Printer = new PythonPrinter(budget);
        var strings = new StringMethods(budget, Operators, Printer);
        _members = new MemberAccess(Operators, strings);
        _tests = new TemplateTests(Operators);
        _filters = new TemplateFilters(budget, Operators, Printer, strings, _members, _tests);
    }

    public PythonOperators Operators { get; }

    public PythonPrinter Printer { get; }

    /// <summary>The 1-based line of the last evaluated expression.</summary>
    public int Line { get; set; }

    public object? Evaluate(Expression expression, Scope scope)
    {
        RenderBudget.Descend();
        switch (expression)
        {
            case Constant constant:
                return constant.Value;
            case Name name:
                return scope.Get(name.Identifier);
            case Attribute attribute:
                return At(attribute, Evaluate(attribute.Of, scope), (node, of) => _members.Attribute(of, node.Name));
            case Subscript subscript:
                return Subscripted(subscript, scope);
            case Filter filter:
                return Filtered(filter, Evaluate(filter.Value!, scope), scope);
            case Test test:
                var tested = Evaluate(test.Value, scope);
                var testArguments = Arguments(test.Arguments, scope);
                Line = test.Line;
                return _tests.Holds(test.Name, tested, testArguments);
            case Call call:
                var callee = Evaluate(call.Callee, scope);
                return Invoke(callee, Arguments(call.Arguments, scope), call.Line);
            case Not not:
                return !IsTrue(not.Operand, scope);
            case And and:
                var left = Evaluate(and.Left, scope);
                return PythonTypes.Truth(left) ? Evaluate(and.Right, scope) : left;
            case Or or:
                var first = Evaluate(or.Left, scope);
                return PythonTypes.Truth(first) ? first : Evaluate(or.Right, scope);
            case Conditional conditional:
                return IsTrue(conditional.Condition, scope) ? Evaluate(conditional.Then, scope)
                    : conditional.Else is { } otherwise ? Evaluate(otherwise, scope)
                    : new Undefined("the conditional expression has no 'else' and its condition is false");
            case Comparison comparison:
                return Compared(comparison, scope);
            case Arithmetic arithmetic:
                var (a, b) = (Evaluate(arithmetic.Left, scope), Evaluate(arithmetic.Right, scope));
                Line = arithmetic.Line;
                return Operators.Apply(arithmetic.Operator, a, b);
            case Concatenation concatenation:
                return Concatenated(concatenation, scope);
            case Sign sign:
                return At(sign, Evaluate(sign.Operand, scope), (node, value) => Operators.Negate(value, node.Negative));
            case ListLiteral list:
                return list.Items.Select(item => Evaluate(item, scope)).ToList();
            case TupleLiteral tuple:
                return new PythonTuple([.. tuple.Items.Select(item => Evaluate(item, scope))]);
            case DictLiteral dict:
                return Dict(dict, scope);
            default:
                Line = expression.Line;
                throw new TemplateException(TemplateFault.Evaluation, "a slice or a namespace's attribute stands where a value is expected");
        }
    }

    public bool IsTrue(Expression condition, Scope scope) => PythonTypes.Truth(Evaluate(condition, scope));

    public object? Filtered(Filter filter, object? value, Scope scope)
    {
        var arguments = Arguments(filter.Arguments, scope);
        Line = filter.Line;
        return _filters.Apply(filter.Name, value, arguments);
    }

    public object? Invoke(object? callee, CallArguments arguments, int line)
    {
        Line = line;
        _budget.Step();
        return callee switch
        {
            TemplateFunction function => function.Call(arguments),
            Undefined undefined => throw undefined.Use(),
            _ => throw new TemplateException(TemplateFault.Evaluation, $"a value of type {PythonTypes.Name(callee)} cannot be called"),
        };
    }

    public CallArguments Arguments(CallSyntax syntax, Scope scope)
    {
        if (syntax is { Positional.Count: 0, Named.Count: 0, Spread: null, NamedSpread: null })
            return CallArguments.None;
        var positional = syntax.Positional.Select(argument => Evaluate(argument, scope)).ToList();
        var named = new Dictionary<string, object?>();
        foreach (var (name, value) in syntax.Named)
            named[name] = Evaluate(value, scope);
        if (syntax.Spread is { } spread)
            positional.AddRange(Operators.Iterate(Evaluate(spread, scope)));
        if (syntax.NamedSpread is { } namedSpread)
            foreach (var (key, value) in (Evaluate(namedSpread, scope) as PythonDict
                ?? throw new TemplateException(TemplateFault.Evaluation, "'**' takes a dict")).Items)
                named[Printer.Str(key)] = value;
        return new CallArguments(positional, named);
    }

    private object? At<TNode>(TNode node, object? value, Func<TNode, object?, object?> apply) where TNode : Expression
    {
        Line = node.Line;
        return apply(node, value);
    }

    private object? Subscripted(Subscript subscript, Scope scope)
    {
        var of = Evaluate(subscript.Of, scope);
        if (subscript.Index is not Slice slice)
        {
            var index = Evaluate(subscript.Index, scope);
            Line = subscript.Line;
            return _members.Element(of, index);
        }
        var (start, stop, step) = (Bound(slice.Start), Bound(slice.Stop), Bound(slice.Step));
        Line = subscript.Line;
        if (of is Undefined undefined)
            throw undefined.Use();
        if (step == 0)
            throw new TemplateException(TemplateFault.Evaluation, "the step of a slice is zero");
        // Like an index that does not fit, a slice of something without slices is undefined.
        return of is string or IReadOnlyList<object?> ? Operators.Sliced(of, start, stop, Math.Clamp(step ?? 1, int.MinValue, int.MaxValue))
            : Undefined.Sliced(of);

        long? Bound(Expression? bound) => bound is null ? null : Evaluate(bound, scope) switch
        {
            null => null,
            long value => value,
            bool flag => flag ? 1 : 0,
            Undefined undefined => throw undefined.Use(),
            var other => throw new TemplateException(TemplateFault.Evaluation, $"the bound of a slice is of type {PythonTypes.Name(other)}, not an integer"),
        };
    }

    private bool Compared(Comparison comparison, Scope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (symbol, operand) in comparison.Links)
        {
            var right = Evaluate(operand, scope);
            Line = comparison.Line;
            if (!Operators.Compare(symbol, left, right))
                return false;
            left = right;
        }
        return true;
    }

    private string Concatenated(Concatenation concatenation, Scope scope)
    {
        var text = string.Concat(concatenation.Parts.Select(part => Printer.Str(Evaluate(part, scope))));
        Line = concatenation.Line;
        _budget.Text(text.Length);
        return text;
    }

    private PythonDict Dict(DictLiteral literal, Scope scope)
    {
        var dict = new PythonDict();
        foreach (var (key, value) in literal.Pairs)
            dict.Set(Evaluate(key, scope), Evaluate(value, scope));
        return dict;
    }
}
