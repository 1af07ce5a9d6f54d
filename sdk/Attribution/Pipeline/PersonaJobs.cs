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
internal sealed class PersonaJobs(ComputeAttributionSettings settings, AttributionMethods methods, ModelSource model, StageContext context)
{
    /// <summary>The pairs of answers, for people.</summary>
    public const string AnswersFile = "answers.jsonl";

    private const string VectorStage = "persona-vectors", AnswerStage = "persona-answers", PairsFile = "pairs.parquet";

    private readonly Dictionary<string, Persona> _personas = [];
    private readonly Dictionary<ContentHash, ContentHash> _answers = [];

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

    /// <summary>Computes the missing jobs: for each evaluation set the answers once, then all layers in one pass.</summary>
    public IEnumerable<Artifact> Produce(IEnumerable<StageJob> missing, CancellationToken cancellation)
    {
        foreach (var group in missing.GroupBy(job => (Dataset: job.Key.Dataset!, job.Key.Method)))
        {
            if (group.Key.Method == PersonaVectorFile.Method)
            {
                foreach (var job in group)
                    yield return context.Store.GetOrCreate(job.Request, builder => job.Produce!(builder, cancellation), cancellation);
                continue;
            }
            var persona = _personas[group.Key.Dataset];
            var request = context.Resolve(AnswerStage, persona.Request);
            var answers = context.Store.GetOrCreate(request, builder => Answer(builder, group.Key.Dataset, persona, cancellation), cancellation);
            var vectors = Vectors(group, answers, cancellation);
            foreach (var job in group)
            {
                _answers[job.Request.Fingerprint] = answers.Fingerprint;
                yield return context.Store.GetOrCreate(job.Request, builder => Write(builder, job, vectors.Value, answers), cancellation);
            }
        }
    }

    /// <summary>Makes what is free of the jobs that are missing and need the model: of an evaluation set all, or nothing.</summary>
    public void Help(IEnumerable<StageJob> missing, CancellationToken cancellation)
    {
        var groups = missing.Where(job => job.Key.Method != PersonaVectorFile.Method && !context.Store.Contains(job.Request))
            .GroupBy(job => job.Key.Dataset!);
        foreach (var group in groups)
            context.Store.Units.Try($"{VectorStage}/{group.First().Request.Fingerprint}", () =>
            {
                var (persona, jobs) = (_personas[group.Key], group.ToArray());
                var answers = context.Store.GetOrCreateUnlessHeld(context.Resolve(AnswerStage, persona.Request), builder =>
                {
                    context.Store.Units?.Began($"{VectorStage}/{jobs[0].Request.Fingerprint}", null);
                    Answer(builder, group.Key, persona, cancellation);
                }, cancellation);
                if (answers is not null)
                    TakeFrom(0, Vectors(jobs, answers, cancellation), answers);

                // All of them are held before the first is computed, so that nobody else computes them too.
                void TakeFrom(int next, Lazy<IReadOnlyDictionary<int, float[]>> vectors, Artifact answers)
                {
                    if (next < jobs.Length)
                        context.Store.GetOrCreateUnlessHeld(jobs[next].Request, builder =>
                        {
                            TakeFrom(next + 1, vectors, answers);
                            context.Store.Units?.Began($"{VectorStage}/{jobs[0].Request.Fingerprint}", null);
                            Write(builder, jobs[next], vectors.Value, answers);
                        }, cancellation);
                }
            });
    }

    private Lazy<IReadOnlyDictionary<int, float[]>> Vectors(IEnumerable<StageJob> jobs, Artifact answers, CancellationToken cancellation) => new(() =>
        PersonaVectors.Compute(new VectorComputer(model.Model.Transformer, methods, settings.Execution?.TokenBudget), model.Encoder, Pairs(answers),
            [.. jobs.Select(job => job.Key.Layer!.Value)], cancellation));

    private void Write(ArtifactBuilder builder, StageJob job, IReadOnlyDictionary<int, float[]> vectors, Artifact answers)
    {
        WriteVector(builder, job.Key.Layer!.Value, vectors[job.Key.Layer!.Value]);
        File.Copy(answers.PathOf(AnswersFile), builder.PathOf(AnswersFile));
        model.Describe(builder);
    }

    private object OfAnswers(object answers, int layer)
    {
        var request = new { answers, layer, settings.MaxTokens, settings.Execution?.TokenBudget };
        return settings.Loss is null ? request : new { request, settings.Loss };
    }

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
        var texts = PersonaPrompts.Of(trait, asked.Prompts);
        var prompts = PersonaPairs.PromptsOf(DatasetRows.Read(rows), source);
        return _personas[dataset] = new Persona(texts, prompts, source, new
        {
            prompts = prompts.Select(p => new DatasetRow(0, new MessageConversation(p), null).ContentHash),
            texts.Trait,
            texts.Positive,
            texts.Negative,
            asked.MaxNewTokens,
            model = model.Inputs,
            settings.Dtype,
        });
    }

    private void Answer(ArtifactBuilder builder, string dataset, Persona persona, CancellationToken cancellation)
    {
        var progress = new ProgressCallback<int>(done => context.Reporter.Progress(() =>
            $"{dataset}: {done} of {2 * persona.Prompts.Count} answers under personas"));
        var pairs = PersonaPairs.Generate(new PromptAnswerer(model.Model, model.Tokenizer, model.Template), persona.Prompts, persona.Texts,
            settings.Persona!.MaxNewTokens, progress, cancellation);
        Readable.WriteLines(builder.PathOf(AnswersFile), pairs.Select(pair =>
            new AnswerPair(Last(persona.Prompts[(int)pair.Index]), Last(Messages(pair.Treatment)), Last(Messages(pair.Control!)))));
        // A dataset must have at least one row.
        if (pairs.Count > 0)
            DatasetRows.Write(builder.PathOf(PairsFile), pairs);
        model.Describe(builder);
    }

    private static IEnumerable<DatasetRow> Pairs(Artifact answers) => File.Exists(answers.PathOf(PairsFile)) ? DatasetRows.Read(answers.PathOf(PairsFile)) : [];

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

    private static string Last(IReadOnlyList<ChatMessage> messages) => messages[^1].Content;

    private sealed record Persona(PersonaPrompts Texts, IReadOnlyList<IReadOnlyList<ChatMessage>> Prompts, string? Source, object Request);

    private sealed record AnswerPair(string Prompt, string Positive, string Negative);
}
