using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Evaluation;
using Attribution.Methods;
using Attribution.Pipeline.Results;
using Attribution.Selection.Personas;
using Attribution.Tokenization;

namespace Attribution.Pipeline;

/// <summary>
/// Computes the persona vectors of evaluation sets: a table of one row per layer, where other methods have one row per example. The answers behind a generated
/// vector are an artifact of their own, which does not depend on the layer.
/// </summary>
internal sealed partial class PersonaJobs(ComputeAttributionSettings settings, AttributionMethods methods, ModelSource model, StageContext context)
{
    /// <summary>The pairs of answers, for people.</summary>
    public const string AnswersFile = "answers.jsonl";

    private const string VectorStage = "persona-vectors", AnswerStage = "persona-answers", PartStage = "persona-answer-blocks", PairsFile = "pairs.parquet";

    // As many answers, two to each prompt, as the model gives at once.
    private const int PromptsOfPart = 8;

    private readonly Dictionary<string, Persona> _personas = [];
    private readonly Dictionary<ContentHash, ContentHash> _answers = [];
    private readonly HashSet<ContentHash> _made = [];

    /// <summary>Whether a selection method gives a persona vector.</summary>
    public static bool Makes(string method) => method is PersonaVectors.Generated or PersonaVectorFile.Method;

    /// <summary>The artifact of answers that a vector was made from, if this run made the vector.</summary>
    public IReadOnlyList<ContentHash> PartsOf(StageJob job) => _answers.TryGetValue(job.Request.Fingerprint, out var answers) ? [answers] : [];

    /// <summary>A job per layer.</summary>
    public IEnumerable<StageJob> Plan(JobResult dataset, string method, int[] layers)
    {
        var (name, rows) = (dataset.Key.Dataset!, context.Input(dataset, ImportDatasetsStage.RowsFile));
        foreach (var layer in layers)
        {
            var key = ComputeAttributionStage.KeyOf(name, method, layer);
            yield return method == PersonaVectorFile.Method
                ? new StageJob(key, context.Resolve(VectorStage,
                    new { file = FileOf(name), layer, blocks = model.Config.BlockCount, width = model.Config.HiddenSize }),
                    (builder, _) => WriteVector(builder, layer,
                        PersonaVectorFile.Read(FileOf(name).Path, layer, model.Config.BlockCount, model.Config.HiddenSize)))
                : new StageJob(key, context.Resolve(VectorStage, OfAnswers(Asked(name, rows.Path, dataset.Source).Request, layer)))
                { Source = dataset.Source };
        }
    }

    private StageRequest RequestOf(Persona persona) => context.Resolve(AnswerStage, persona.Request);

    // Without Loss: whatever it is, the answer is the last turn, and the turns before it are of the prompt.
    private object OfAnswers(object answers, int layer) => new { answers, layer, settings.MaxTokens, settings.Execution?.TokenBudget };

    private Persona Asked(string dataset, string rows, string? source)
    {
        if (_personas.TryGetValue(dataset, out var known))
            return known;
        var asked = settings.Persona ?? throw new AttributionException(ErrorCodes.RequestInvalid,
            $"{PersonaVectors.Generated} needs to know how long an answer may be.")
        { Property = "persona" };
        if (asked.Traits.GetValueOrDefault(dataset) is not { Length: > 0 } trait)
            throw new AttributionException(ErrorCodes.PersonaTraitMissing,
                $"{PersonaVectors.Generated} switches a trait on and off by system prompts, and '{dataset}' has no Trait. Add Trait=\"...\" to its item, "
                    + $"or use another SelectionMethod.")
            { File = source, Property = "Trait" };
        var personas = PersonaPrompts.AllOf(trait, asked.Prompts);
        var prompts = PersonaPairs.PromptsOf(DatasetRows.Read(rows), source);
        return _personas[dataset] = new Persona(personas, prompts, source, RequestOf(personas, prompts, 0));
    }

    private object RequestOf(IReadOnlyList<PersonaPrompts> pairs, IEnumerable<MessageConversation> prompts, int first)
    {
        var (sampling, greedy) = (settings.Persona!.Sampling, new
        {
            prompts = prompts.Select(p => new DatasetRow(0, p, null).ContentHash),
            pairs[0].Trait,
            pairs[0].Positive,
            pairs[0].Negative,
            settings.Persona!.MaxNewTokens,
            model = model.Inputs,
            settings.Dtype,
        });
        return pairs.Count == 1 && sampling is null ? greedy
            : new { greedy, more = pairs.Skip(1).Select(pair => new { pair.Positive, pair.Negative }), sampling, first = sampling is null ? 0 : first };
    }

    private void Answer(ArtifactBuilder builder, string dataset, Persona part, CancellationToken cancellation)
    {
        try
        {
            Write(builder, part, PersonaPairs.Generate(new PromptAnswerer(model.Model, model.Tokenizer, model.Template), part.Prompts, part.Pairs,
                new AnsweringOptions
                {
                    Repeats = Sampling.Answers,
                    Temperature = Sampling.Temperature,
                    TopP = 1,
                    MaxNewTokens = settings.Persona!.MaxNewTokens,
                    // Prompts are numbered anew in each part, and draw what no prompt of another does.
                    Seed = (Sampling.Seed << 20) + part.First,
                }, cancellation: cancellation));
        }
        catch (AttributionException e) when (e.Code == ErrorCodes.PromptTooLong && e.Row is { } asked)
        {
            // Each prompt was asked twice under each pair, and others came before.
            var prompt = part.First + (asked / 2 % part.Prompts.Count);
            throw new AttributionException(e.Code, $"'{dataset}', prompt {prompt} (of its different ones, from 0) under a persona: {e.Message}", e)
            {
                File = part.Source,
                Row = prompt,
            };
        }
        model.Describe(builder);
    }

    private void Assemble(ArtifactBuilder builder, Persona persona, Artifact[] parts)
    {
        var ordered = parts.SelectMany((part, i) => Pairs(part).Select(row =>
        {
            var (first, repeats) = (i * PromptsOfPart, Sampling.Answers);
            var prompts = Math.Min(PromptsOfPart, persona.Prompts.Count - first);
            var (pair, prompt, repeat) = (row.Index / repeats / prompts, first + (row.Index / repeats % prompts), row.Index % repeats);
            return new DatasetRow((((pair * persona.Prompts.Count) + prompt) * repeats) + repeat, row.Treatment, row.Control, row.MetadataJson);
        })).OrderBy(row => row.Index);
        Write(builder, persona, [.. ordered]);
        model.Describe(builder);
    }

    private void Write(ArtifactBuilder builder, Persona persona, IReadOnlyList<DatasetRow> pairs)
    {
        Readable.WriteLines(builder.PathOf(AnswersFile), pairs.Select(pair => new AnswerPair(Messages(pair.Treatment)[^2].Content,
            Messages(pair.Treatment)[^1].Content, Messages(pair.Control!)[^1].Content)
        {
            Pair = persona.Pairs.Count > 1 ? (int)(pair.Index / (persona.Prompts.Count * Sampling.Answers)) : null,
            Repeat = Sampling.Answers > 1 ? (int)(pair.Index % Sampling.Answers) : null,
        }));
        // A dataset must have at least one row.
        if (pairs.Count > 0)
            DatasetRows.Write(builder.PathOf(PairsFile), pairs);
    }

    private static IEnumerable<DatasetRow> Pairs(Artifact answers) => answers.Outputs.Any(o => o.Name == PairsFile)
        ? DatasetRows.Read(answers.PathOf(PairsFile)) : [];

    private InputFile FileOf(string dataset)
    {
        if (settings.PersonaVectors?.GetValueOrDefault(dataset) is not { Length: > 0 } path)
            throw new AttributionException(ErrorCodes.PersonaVectorInvalid,
                $"{PersonaVectorFile.Method} reads a persona vector from a file, and '{dataset}' names none. Add PersonaVector=\"FILE\" to its item, or "
                    + $"let {PersonaVectors.Generated} make one.")
            { Property = "PersonaVector" };
        if (!File.Exists(path))
            PersonaVectorFile.Read(path, 0, 0, 0);
        return new InputFile(path);
    }

    private void WriteVector(ArtifactBuilder builder, int layer, float[] vector)
    {
        using var writer = VectorTables.Create(builder.Folder, layer, VectorFormat.Parquet, model.Config.HiddenSize);
        writer.Append(0, vector);
        writer.Complete();
    }

    private static IReadOnlyList<ChatMessage> Messages(Conversation conversation) => ((MessageConversation)conversation).Messages;

    private PersonaSamplingSettings Sampling => settings.Persona!.Sampling ?? new();

    private int AnswersOf(Persona persona) => 2 * persona.Prompts.Count * persona.Pairs.Count * Sampling.Answers;

    private sealed record Persona(IReadOnlyList<PersonaPrompts> Pairs, IReadOnlyList<MessageConversation> Prompts, string? Source, object Request)
    {
        /// <summary>How many prompts of the evaluation set come before.</summary>
        public int First { get; init; }
    }

    /// <param name="Prompt">The last message of what was asked.</param>
    /// <param name="Positive">The answer under the positive system prompt.</param>
    /// <param name="Negative">The answer under the negative one.</param>
    private sealed record AnswerPair(string Prompt, string Positive, string Negative)
    {
        /// <summary>The pair of system prompts, from 0; null if there is only one.</summary>
        public int? Pair { get; init; }

        /// <summary>The number of the answer, from 0; null if there is only one.</summary>
        public int? Repeat { get; init; }
    }
}
