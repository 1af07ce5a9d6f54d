using System.Globalization;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Judging;
using Attribution.Pipeline;
using Attribution.Pipeline.Grid;
using Attribution.Pipeline.Plugins;
using Attribution.Pipeline.Results;

namespace Attribution.Worker.Stages;

/// <summary>
/// An upper bound on the cost of judging before the answers are known: the number of calls, from the prompts, the answers to each, and the runs.
/// </summary>
/// <param name="requests">The folder of the stages' requests.</param>
/// <param name="store">The store's folder.</param>
/// <param name="imported">The imported datasets; null if not known.</param>
internal sealed class JudgeForecast(string requests, string store, StageResult? imported)
{
    /// <summary>The forecast in one line; null if no model judges.</summary>
    public string? Line()
    {
        var judge = Read<JudgeSettings>(JudgeStage.Name);
        var asked = judge.Eval.Where(e => e.Judge == Judges.Llm).ToArray();
        if (asked.Length == 0)
            return null;
        var name = judge.Llm is { } llm ? llm.Folder ?? llm.Model : new LlmSettings().Model;
        var repeats = (Read<EvaluateSettings>(EvaluateStage.Name).Generation ?? new()).Repeats;
        // The base model's answers and those of every run.
        var models = RunGrid.MostModels(Read<SelectTrainingDataSettings>(SelectTrainingDataStage.Name), Read<FineTuneSettings>(FineTuneStage.Name));
        var (calls, tokens) = (0L, 0.0);
        foreach (var eval in asked)
        {
            if (PromptsOf(eval.Name) is not { } prompts)
                return string.Create(CultureInfo.InvariantCulture, $"asks {name}: {repeats * models:N0} calls for each held-out prompt at most");
            var prompt = eval.Prompt is { } own ? JudgePrompt.Load(own) : JudgePrompt.Shipped(eval.Trait ?? "");
            calls += prompts * repeats * models;
            tokens += prompts * repeats * models * JudgeCost.TokensOf(prompt.Ask(new JudgeRequest("", "")
            {
                GroundTruth = "",
                HighReference = "",
                LowReference = ""
            }));
        }
        return string.Create(CultureInfo.InvariantCulture, $"asks {name}: {calls:N0} calls at most, about {tokens:N0} tokens and those of the answers");
    }

    private T Read<T>(string stage) where T : StageSettings => RequestFile.Read<T>(Path.Combine(requests, $"{stage}.request.json"));

    private long? PromptsOf(string eval) => imported?.Find(ImportDatasetsStage.KeyOf(eval, "prompts")) is { } job
        && Path.Combine(store, job.Artifact, ImportDatasetsStage.PromptsFile) is var file && File.Exists(file)
        ? File.ReadLines(file).LongCount()
        : null;
}
