namespace QuickstartModel.Corpus;

/// <summary>
/// A field of everyday life: its entities, what is true of them, and how one asks, tells and claims it. Read from a file
/// of <c>Language/Topics</c>: a table of entities by attributes, and for each attribute the rules <c>ask.X</c>, <c>tell.X</c> and <c>claim.X</c>.
/// </summary>
internal sealed class Topic
{
    private const int EvaluationStride = 4;
    private readonly Grammar _grammar;

    public Topic(Grammar grammar)
    {
        _grammar = grammar;
        Name = grammar.Lines("topic")[0];
        var columns = Cells(grammar.Lines("columns")[0]);
        Attributes = columns[1..];
        Entities = [.. grammar.Lines("entities").Select(line => Entity.Of(columns, Cells(line)))];
    }

    /// <summary>The name of the field, a noun that needs no article.</summary>
    public string Name { get; }

    public IReadOnlyList<string> Attributes { get; }

    public IReadOnlyList<Entity> Entities { get; }

    /// <summary>The entities of a share: a quarter of them appears in evaluation only, the others in the training pool only.</summary>
    public IReadOnlyList<Entity> EntitiesOf(Share share) => share.Of(Entities, EvaluationStride);

    /// <summary>What one does with the entity, such as <c>growing tomatoes</c>.</summary>
    public string Doing(Entity entity) => _grammar.Lines("doing")[0].Replace("{e}", entity.Name);

    public string Ask(Entity entity, string attribute, CounterRandom random) => Expand("ask." + attribute, entity, random);

    public string Tell(Entity entity, string attribute, CounterRandom random) => Expand("tell." + attribute, entity, random);

    /// <summary>A general remark about the field.</summary>
    public string Extra(CounterRandom random) => _grammar.Expand("extra", random, Share.All, _ => null);

    /// <summary>Half a sentence which says that the attribute has this value, true or not.</summary>
    public string Claim(Entity entity, string attribute, string value, CounterRandom random) =>
        _grammar.Expand("claim." + attribute, random, Share.All, name => name == attribute ? value : entity[name]);

    private string Expand(string rule, Entity entity, CounterRandom random) => _grammar.Expand(rule, random, Share.All, name => entity[name]);

    private static string[] Cells(string line) => line.Split('|', StringSplitOptions.TrimEntries);
}
