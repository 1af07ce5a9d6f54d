using Attribution.Data.Store;
using Attribution.Data.Vectors;
using Attribution.Methods;
using Attribution.Selection.Personas;

namespace Attribution.Pipeline;

// What processes share: the answers in parts, and then the vectors of each evaluation set, for which one pass gives all layers.
internal sealed partial class PersonaJobs
{
    /// <summary>Computes the missing jobs, or waits for other processes that compute them.</summary>
    public IEnumerable<Artifact> Produce(IEnumerable<StageJob> missing, CancellationToken cancellation)
    {
        var jobs = missing.ToArray();
        foreach (var job in jobs.Where(job => job.Key.Method == PersonaVectorFile.Method))
            yield return context.Store.GetOrCreate(job.Request, builder => job.Produce!(builder, cancellation), cancellation);
        var open = jobs.Where(job => job.Key.Method == PersonaVectors.Generated).ToList();
        while (open.Count > 0)
        {
            Help(open, cancellation);
            HelpWithVectors(open, cancellation);
            var before = open.Count;
            foreach (var job in open.ToArray())
                if (context.Store.TryGet(job.Request) is { } made)
                {
                    _answers[job.Request.Fingerprint] = RequestOf(_personas[job.Key.Dataset!]).Fingerprint;
                    open.Remove(job);
                    yield return _made.Remove(job.Request.Fingerprint) ? made with { Produced = true } : made;
                }
            if (open.Count == before)
                cancellation.WaitHandle.WaitOne(BlockComputation.Pause);
        }
    }

    /// <summary>Writes the answers that no other process is at.</summary>
    public void Help(IEnumerable<StageJob> missing, CancellationToken cancellation)
    {
        foreach (var (dataset, persona) in Generated(missing))
            Answer(dataset, persona, cancellation);
    }

    /// <summary>Computes the vectors that no other process is at, of the evaluation sets whose answers are all there.</summary>
    public void HelpWithVectors(IEnumerable<StageJob> missing, CancellationToken cancellation)
    {
        foreach (var group in missing.Where(job => job.Key.Method == PersonaVectors.Generated && !context.Store.Contains(job.Request))
            .GroupBy(job => job.Key.Dataset!))
        {
            var persona = _personas[group.Key];
            var answers = context.Store.TryGet(RequestOf(persona));
            if (answers is null && PartsOf(persona).Select(part => context.Store.TryGet(part.Request)).ToArray() is var parts && !parts.Contains(null))
                answers = context.Store.GetOrCreate(RequestOf(persona), builder => Assemble(builder, persona, parts!), cancellation);
            if (answers is not null)
                Compute([.. group], answers, cancellation);
        }
    }

    /// <summary>The blocks of answers that are to be written, and the evaluation sets that lack vectors.</summary>
    public IEnumerable<StageUnits> Units(IReadOnlyList<StageJob> missing)
    {
        foreach (var (dataset, persona) in Generated(missing))
        {
            var requests = PartsOf(persona).Select(part => part.Request).Where(request => !context.Store.Contains(request)).ToArray();
            if (requests.Length > 0)
                yield return new StageUnits(requests[0], "answer block", requests.Length) { Of = dataset };
        }
        foreach (var jobs in missing.GroupBy(job => job.Key.Method))
            yield return new StageUnits(jobs.First().Request, "persona vector", jobs.Select(job => job.Key.Dataset).Distinct().Count());
    }

    /// <summary>The number of parts that processes may share.</summary>
    public int CountParts(IEnumerable<StageJob> missing) => Generated(missing).Sum(persona => PartsOf(persona.Persona).Count());

    // The evaluation sets that lack answers.
    private IEnumerable<(string Dataset, Persona Persona)> Generated(IEnumerable<StageJob> missing) => missing
        .Where(job => job.Key.Method == PersonaVectors.Generated).Select(job => job.Key.Dataset!).Distinct().Select(dataset => (dataset, _personas[dataset]))
        .Where(persona => !context.Store.Contains(RequestOf(persona.Item2)));

    private IEnumerable<(Persona Part, StageRequest Request)> PartsOf(Persona persona) => persona.Prompts.Chunk(PromptsOfPart).Select((prompts, i) =>
    {
        var part = persona with { Prompts = prompts, First = i * PromptsOfPart, Request = RequestOf(persona.Pairs, prompts, i * PromptsOfPart) };
        return (part, context.Resolve(PartStage, part.Request));
    });

    private void Answer(string dataset, Persona persona, CancellationToken cancellation)
    {
        foreach (var (i, (part, request)) in PartsOf(persona).Index())
        {
            cancellation.ThrowIfCancellationRequested();
            context.Reporter.Progress(() => $"{dataset}: {AnswersOf(persona) / persona.Prompts.Count * PromptsOfPart * i} of {AnswersOf(persona)} answers "
                + "under personas");
            if (context.Store.Contains(request))
                continue;
            var unit = $"{PartStage}/{request.Fingerprint}";
            context.Store.Units.Try(unit, () => context.Store.GetOrCreateUnlessHeld(request, builder =>
            {
                context.Store.Units?.Began(unit, null);
                Answer(builder, dataset, part, cancellation);
            }, cancellation));
        }
    }

    private void Compute(StageJob[] jobs, Artifact answers, CancellationToken cancellation)
    {
        var vectors = new Lazy<IReadOnlyDictionary<int, float[]>>(() => PersonaVectors.Compute(
            new VectorComputer(model.Model.Transformer, methods, settings.Execution?.TokenBudget), model.LastTurnEncoder, Pairs(answers),
            [.. jobs.Select(job => job.Key.Layer!.Value)], cancellation));
        var unit = $"{VectorStage}/{jobs[0].Request.Fingerprint}";
        context.Store.Units.Try(unit, () => TakeFrom(0));

        // All layers are held before the first is computed, so that no other process computes them as well.
        void TakeFrom(int next)
        {
            if (next == jobs.Length)
                return;
            var (request, layer) = (jobs[next].Request, jobs[next].Key.Layer!.Value);
            var isHeld = false;
            var made = context.Store.GetOrCreateUnlessHeld(request, builder =>
            {
                isHeld = true;
                context.Store.Units?.Began(unit, null);
                TakeFrom(next + 1);
                WriteVector(builder, layer, vectors.Value[layer]);
                File.Copy(answers.PathOf(AnswersFile), builder.PathOf(AnswersFile));
                model.Describe(builder);
            }, cancellation);
            if (made is { Produced: true })
                _made.Add(request.Fingerprint);
            // Another process that holds the first layer computes all of them; a layer that is there already is no reason to leave the others.
            if (!isHeld && (next > 0 || made is not null))
                TakeFrom(next + 1);
        }
    }
}
