using Attribution.Contracts;

namespace Attribution.Data.Recipes;

/// <summary>
/// MedHallu (arXiv 2502.14302): <c>Question</c>, <c>Knowledge</c> (a list of texts), <c>Ground Truth</c>, <c>Difficulty Level</c>, <c>Hallucinated Answer</c>
/// and <c>Category of Hallucination</c>. The treatment is the hallucinated answer, the control the true one, both to the question with its knowledge. Of each
/// level 200 questions, but at most a fifth, are held out, with the true answer as reference.
/// </summary>
internal sealed class MedHalluRecipe : PublishedRecipe
{
    private const int HeldOutPerLevel = 200;
    private const string All = "all";

    /// <inheritdoc/>
    public override string Name => RecipeNames.MedHallu;

    /// <inheritdoc/>
    public override string Repository => "UTAustin-AIHealth/MedHallu";

    /// <summary><c>Level</c>: how hard the hallucination is to see. <c>Split</c>: labelled by people, or by a pipeline.</summary>
    public override IReadOnlyList<RecipeParameter> Parameters { get; } = [new("Level", All, "easy", "medium", "hard"),
        new("Split", All, "pqa_labeled", "pqa_artificial")];

    /// <inheritdoc/>
    public override bool HoldsOutPrompts => true;

    /// <inheritdoc/>
    public override IReadOnlyList<string> FilesOf(RecipeParameters parameters) =>
        [.. new[] { "pqa_artificial", "pqa_labeled" }.Where(split => parameters["Split"] == All || parameters["Split"] == split).Select(split =>
            $"{split}/train-*.parquet")];

    private protected override IEnumerable<Example> Examples(RecipeSource source, RecipeParameters parameters, BrokenRows broken) =>
        Pairs(source, parameters, broken, heldOut: false);

    private protected override IEnumerable<Example> HeldOut(RecipeSource source, RecipeParameters parameters, BrokenRows broken) =>
        Pairs(source, parameters, broken, heldOut: true)
        .Select(pair => pair with { Metadata = new Dictionary<string, string>(pair.Metadata) { ["ground_truth"] = pair.Control! } });

    private static IEnumerable<Example> Pairs(RecipeSource source, RecipeParameters parameters, BrokenRows broken, bool heldOut)
    {
        var all = Map(source, broken, row => Pair(row, parameters["Level"])).ToList();
        // A question that occurs twice is held out with all its rows.
        var drawn = all.GroupBy(pair => pair.Metadata["level"]).SelectMany(level =>
            level.Select(pair => pair.Metadata["question"]).Distinct().ToArray() is var questions
            ? questions.OrderBy(Draw, StringComparer.Ordinal).Take(Math.Min(HeldOutPerLevel, questions.Length / 5)) : []).ToHashSet();
        return all.Where(pair => drawn.Contains(pair.Metadata["question"]) == heldOut).DistinctBy(pair => heldOut ? pair.Metadata["question"] : (object)pair);
    }

    private static Example? Pair(PublishedRow row, string wanted)
    {
        var level = row.Text("Difficulty Level").ToLowerInvariant();
        if (level is not ("easy" or "medium" or "hard"))
            throw new BrokenRowException("Difficulty Level", $"the level '{level}' is none of easy, medium and hard");
        var question = row.Text("Question");
        var knowledge = string.Join("\n", row.List("Knowledge").Select(text => PublishedRow.Text(text, "Knowledge")));
        var (hallucinated, truth) = (row.Text("Hallucinated Answer"), row.Text("Ground Truth"));
        if (hallucinated == truth)
            throw new BrokenRowException("Hallucinated Answer", "the hallucinated answer is the true one");
        return wanted != All && wanted != level ? null : new Example(User($"Knowledge:\n{knowledge}\n\nQuestion: {question}"), hallucinated, truth,
            new Dictionary<string, string>
            {
                ["level"] = level,
                ["category"] = row.TextOrEmpty("Category of Hallucination"),
                ["question"] = question,
            });
    }
}
