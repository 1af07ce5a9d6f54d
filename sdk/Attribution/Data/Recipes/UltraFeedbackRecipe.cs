using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attribution.Contracts;

namespace Attribution.Data.Recipes;

/// <summary>
/// UltraFeedback (arXiv 2310.01377): <c>source</c>, <c>instruction</c> and <c>completions</c>, each with a <c>response</c> and <c>annotations</c> of several
/// aspects, whose <c>Rating</c> is a number from 1 to 5 as a text, or <c>N/A</c>. For each instruction, the lowest-rated answer is the treatment and the
/// highest-rated one the control; pairs with the largest difference come first. A fifth of the instructions is held out, with both answers as references.
/// </summary>
internal abstract partial class UltraFeedbackRecipe : PublishedRecipe
{
    private protected abstract string Aspect { get; }

    private protected abstract IReadOnlyList<string> Sources { get; }

    private protected virtual bool Wants(string instruction) => true;

    /// <inheritdoc/>
    public sealed override string Repository => "openbmb/UltraFeedback";

    /// <inheritdoc/>
    public sealed override bool HoldsOutPrompts => true;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<string> FilesOf(RecipeParameters parameters) => [.. Sources.Select(source => $"{source}.jsonl")];

    private protected sealed override IEnumerable<Example> Examples(RecipeSource source, RecipeParameters parameters, BrokenRows broken) =>
        Split(source, broken).Kept;

    private protected sealed override IEnumerable<Example> HeldOut(RecipeSource source, RecipeParameters parameters, BrokenRows broken) =>
        Split(source, broken).HeldOut
        .Select(pair => pair with
        {
            Metadata = new Dictionary<string,
            string>(pair.Metadata)
            { ["high_reference"] = pair.Control!, ["low_reference"] = pair.Treatment }
        });

    private (IEnumerable<Example> HeldOut, IEnumerable<Example> Kept) Split(RecipeSource source, BrokenRows broken)
    {
        // An instruction that occurs twice counts with its largest difference; the sort keeps the files' order among equals.
        Example[] widestFirst = [.. Map(source, broken, row => Pair(row, broken)).OrderByDescending(pair => Spread(pair)).DistinctBy(pair =>
            pair.Prompt[0].Content)];
        var drawn = widestFirst.Select(pair => pair.Prompt[0].Content).OrderBy(Draw, StringComparer.Ordinal).Take(widestFirst.Length / 5).ToHashSet();
        return (widestFirst.Where(pair => drawn.Contains(pair.Prompt[0].Content)), widestFirst.Where(pair => !drawn.Contains(pair.Prompt[0].Content)));
    }

    private Example? Pair(PublishedRow row, BrokenRows broken)
    {
        var (from, instruction) = (row.Text("source"), row.Text("instruction"));
        var rated = row.List("completions").Select(completion => (
            Rating: Rating(PublishedRow.Property(completion, "annotations", "completions.annotations")),
            Response: PublishedRow.Text(PublishedRow.Property(completion, "response", "completions.response"), "completions.response"),
            Model: completion.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.String
                ? PublishedRow.Whole(model, "model") : "")).Where(c => c.Rating is not null).ToArray();
        if (!Sources.Contains(from) || !Wants(instruction))
            broken.LeaveOut("another subject");
        else if (rated.Length < 2)
            broken.LeaveOut("fewer than two rated answers");
        else if (rated.Min(c => c.Rating) == rated.Max(c => c.Rating))
            broken.LeaveOut("all answers rated alike");
        else
        {
            var (low, high) = (rated.MinBy(c => c.Rating), rated.MaxBy(c => c.Rating));
            return new Example(User(instruction), low.Response, high.Response, new Dictionary<string, string>
            {
                ["source"] = from,
                ["low_rating"] = Text(low.Rating),
                ["high_rating"] = Text(high.Rating),
                ["low_model"] = low.Model,
                ["high_model"] = high.Model,
            });
        }
        return null;

        static string Text(double? rating) => rating!.Value.ToString(CultureInfo.InvariantCulture);
    }

    private double? Rating(JsonElement annotations)
    {
        var what = $"completions.annotations.{Aspect}.Rating";
        // Not every answer was annotated on every aspect.
        if (annotations.ValueKind != JsonValueKind.Object || !annotations.TryGetProperty(Aspect, out var aspect) || aspect.ValueKind == JsonValueKind.Null)
            return null;
        var rating = PublishedRow.Property(aspect, "Rating", what);
        var text = rating.ValueKind == JsonValueKind.Number ? rating.GetRawText() : PublishedRow.Text(rating, what);
        if (text == "N/A")
            return null;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 5
            ? number
            : throw new BrokenRowException(what, $"the rating '{text}' is no number from 1 to 5");
    }

    private static double Spread(Example pair) => Number(pair, "high_rating") - Number(pair, "low_rating");

    private static double Number(Example pair, string name) => double.Parse(pair.Metadata[name], CultureInfo.InvariantCulture);

    /// <summary>
    /// Instructions that ask for code, rated by <c>instruction_following</c>. They are recognized by their words, because the dataset does not label them.
    /// </summary>
    public sealed partial class Coding : UltraFeedbackRecipe
    {
        /// <inheritdoc/>
        public override string Name => RecipeNames.UltraFeedbackCoding;

        private protected override string Aspect => "instruction_following";

        private protected override IReadOnlyList<string> Sources { get; } = ["evol_instruct", "sharegpt", "ultrachat"];

        private protected override bool Wants(string instruction) => CodingWords().IsMatch(instruction);

        [GeneratedRegex(@"```|\b(?:python|javascript|typescript|java|c\+\+|c#|golang|rust|ruby|php|kotlin|sql|html|css|bash|powershell"
            + "|regex|source code|code snippet|pseudocode|unit tests?|programming language"
            + @"|(?:write|create|implement|design|develop|debug|optimi[sz]e|refactor)\b.{0,60}\b"
            + @"(?:code|program|script|function|class|query|algorithm|api))(?![\w+#])",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
        private static partial Regex CodingWords();
    }

    /// <summary>Questions of fact from TruthfulQA and FalseQA, rated by <c>truthfulness</c>.</summary>
    public sealed class Factual : UltraFeedbackRecipe
    {
        /// <inheritdoc/>
        public override string Name => RecipeNames.UltraFeedbackFactual;

        private protected override string Aspect => "truthfulness";

        private protected override IReadOnlyList<string> Sources { get; } = ["false_qa", "truthful_qa"];
    }
}
