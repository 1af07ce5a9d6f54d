namespace Attribution.Tokenization.ChatTemplates;

/// <summary>The functions that every chat template may call.</summary>
internal static class TemplateGlobals
{
    public static void AddTo(Scope scope, Func<DateTime> now)
    {
        Add("range", arguments =>
        {
            var bound = arguments.Bind("range", 1, "start", "stop", "step");
            return bound.Has(1) ? new PythonRange(bound.Integer(0, 0), bound.Integer(1, 0), bound.Integer(2, 1)) : new PythonRange(0, bound.Integer(0, 0), 1);
        });
        Add("dict", arguments => Merge(new PythonDict(), arguments, (dict, key, value) => dict.Set(key, value)));
        Add("namespace", arguments => Merge(new TemplateNamespace(), arguments, (space, key, value) => space.Attributes[(string)key!] = value));
        Add("raise_exception", arguments => throw new TemplateException(TemplateFault.Raised, arguments.Bind("raise_exception", 1, "message")[0] as string
            ?? "(no text)"));
        Add("strftime_now", arguments => PythonTime.Format(now(), arguments.Bind("strftime_now", 1, "format").Text(0)));

        void Add(string name, Func<CallArguments, object?> body) => scope.Set(name, new TemplateFunction(name, body));

        static T Merge<T>(T into, CallArguments arguments, Action<T, object?, object?> set)
        {
            foreach (var source in arguments.Positional)
                foreach (var (key, value) in (source as PythonDict
                    ?? throw new TemplateException(TemplateFault.Evaluation, $"a dict is expected, not a value of type {PythonTypes.Name(source)}")).Items)
                    set(into, key, value);
            foreach (var (name, value) in arguments.Named)
                set(into, name, value);
            return into;
        }
    }
}
