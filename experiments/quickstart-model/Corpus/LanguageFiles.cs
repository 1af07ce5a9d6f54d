namespace QuickstartModel.Corpus;

/// <summary>The texts under <c>Language/</c>, which travel inside the assembly.</summary>
internal sealed class LanguageFiles
{
    private readonly Dictionary<string, Grammar> _grammars = [];

    private LanguageFiles()
    {
        var assembly = typeof(LanguageFiles).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            _grammars.Add(name, Grammar.Parse(reader.ReadToEnd().ReplaceLineEndings("\n")));
        }
        Topics = [.. _grammars.Where(pair => pair.Key.StartsWith("Topics/", StringComparison.Ordinal)).Select(pair => new Topic(pair.Value))];
    }

    public static LanguageFiles Instance { get; } = new();

    /// <summary>The topics in the order of their file names.</summary>
    public IReadOnlyList<Topic> Topics { get; }

    public Grammar this[string name] => _grammars[name];
}
