using System.Text;

namespace QuickstartModel.Corpus;

/// <summary>
/// Named rules, each with alternative templates, as the files under <c>Language/</c> write them: a line <c>name:</c>, then its
/// alternatives, indented. <c>name: text</c> is a rule with one alternative. The alternatives of a starred rule
/// (<c>name*:</c>) are divided between the training pool (two thirds) and the evaluation sets (one third).
/// </summary>
internal sealed class Grammar
{
    private const int EvaluationStride = 3;
    private readonly Dictionary<string, Rule> _rules = [];

    public static Grammar Parse(string text)
    {
        var grammar = new Grammar();
        Rule? rule = null;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#'))
                continue;
            if (!char.IsWhiteSpace(line[0]))
            {
                var colon = line.IndexOf(':');
                var name = line[..colon];
                rule = new Rule(name.EndsWith('*'), []);
                grammar._rules.Add(name.TrimEnd('*'), rule);
                if (line[(colon + 1)..].Trim() is { Length: > 0 } only)
                    rule.Lines.Add(only);
            }
            else
            {
                (rule ?? throw new FormatException($"\"{line}\" stands before the first rule")).Lines.Add(line.Trim());
            }
        }
        return grammar;
    }

    public IEnumerable<string> Names => _rules.Keys;

    public bool Has(string rule) => _rules.ContainsKey(rule);

    /// <summary>The lines of a rule as written.</summary>
    public IReadOnlyList<string> Lines(string rule) => _rules[rule].Lines;

    /// <summary>One text of a rule. A place is filled from <paramref name="values"/>, else from the rule of its name.</summary>
    public string Expand(string rule, CounterRandom random, Share share, Func<string, string?> values)
    {
        var output = new StringBuilder();
        random.Pick(_rules[rule].Alternatives(share)).Expand(random, Fill, output);
        return output.ToString();

        string Fill(string name) => values(name)
            ?? (Has(name) ? Expand(name, random, share, values) : throw new FormatException($"the rule '{rule}' has a place '{{{name}}}' that nothing fills"));
    }

    private sealed record Rule(bool Divided, List<string> Lines)
    {
        private Template[]? _templates;

        public IReadOnlyList<Template> Alternatives(Share share)
        {
            _templates ??= [.. Lines.Select(Template.Parse)];
            return Divided ? share.Of(_templates, EvaluationStride) : _templates;
        }
    }
}
