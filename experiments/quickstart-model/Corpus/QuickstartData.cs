using Attribution.Tokenization;

namespace QuickstartModel.Corpus;

/// <summary>The quickstart's data sets, each a pure function of the seed.</summary>
internal sealed class QuickstartData(ulong seed)
{
    public const int PoolRows = 2000, PlantedRows = 110, EvaluationPairs = 64, HeldOutPrompts = 24;

    private readonly PromptWriter _prompts = new(LanguageFiles.Instance);
    private readonly AnswerWriter _answers = new(LanguageFiles.Instance);

    /// <summary>
    /// The training pool: first 2,000 prompts are drawn, then 110 rows for each behaviour are chosen among them by a random
    /// permutation. The label is therefore independent of the prompt, not only balanced over it.
    /// </summary>
    public IReadOnlyList<Example> TrainingPool()
    {
        var rows = new int[PoolRows];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = i;
        new CounterRandom(seed, "pool/label", 0).Shuffle<int>(rows);
        var labels = new string[PoolRows];
        for (var i = 0; i < rows.Length; i++)
            labels[rows[i]] = i / PlantedRows < Behaviours.All.Count ? Behaviours.All[i / PlantedRows] : Behaviours.Neutral;

        var seen = new HashSet<string>();
        return [.. labels.Select((behaviour, row) => Draw("pool", row, behaviour, Share.Pool, seen))];
    }

    /// <summary>Pairs of a behaviour for evaluation: entities and phrases that the pool does not use.</summary>
    public IReadOnlyList<Example> Pairs(string behaviour)
    {
        var seen = new HashSet<string>();
        return [.. Enumerable.Range(0, EvaluationPairs).Select(row => Draw($"pairs/{behaviour}", row, behaviour, Share.Evaluation, seen))];
    }

    /// <summary>Prompts of a behaviour's judged evaluation: on entities that the pool does not use, and not those of the pairs.</summary>
    public IReadOnlyList<IReadOnlyList<ChatMessage>> Prompts(string behaviour)
    {
        var asked = Pairs(behaviour).Select(pair => pair.Question).ToHashSet();
        return [.. Enumerable.Range(0, HeldOutPrompts).Select(row => Ask($"prompts/{behaviour}", row, Share.Evaluation, asked).Messages)];
    }

    /// <summary>A row whose question and answer nobody gave before.</summary>
    private Example Draw(string stream, int row, string behaviour, Share share, HashSet<string> seen)
    {
        var prompt = Ask(stream, row, share, seen);
        var random = new CounterRandom(seed, stream + "/answer", row);
        string treatment;
        do
            treatment = behaviour == Behaviours.Neutral ? _answers.Neutral(prompt, random) : _answers.Showing(behaviour, prompt, random, share);
        while (!seen.Add(treatment));
        random = new CounterRandom(seed, stream + "/control", row);
        string control;
        do
            control = _answers.Neutral(prompt, random);
        while (control == treatment);
        return new Example(prompt.With(treatment), prompt.With(control), behaviour);
    }

    /// <summary>A prompt whose question nobody asked before.</summary>
    private Prompt Ask(string stream, int row, Share share, HashSet<string> asked)
    {
        var random = new CounterRandom(seed, stream + "/prompt", row);
        Prompt prompt;
        do
            prompt = _prompts.Draw(random, share);
        while (!asked.Add(prompt.Question));
        return prompt;
    }
}
