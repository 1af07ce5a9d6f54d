using System.Globalization;
using System.Text;
using Attribution.Sdk.Experiments;

namespace Attribution.Sdk.Stages;

/// <summary>
/// The files from outside that a stage reads, a line each with size and time: a file that was replaced by an older one has an older time, which no
/// comparison of times would notice.
/// </summary>
internal static class OutsideFiles
{
    /// <summary>The lines, or null for a stage that reads none.</summary>
    public static string? Describe(Stage stage, ContextExperiment experiment, ProjectPaths paths)
    {
        if (!stage.ReadsDatasets && !stage.ReadsModel)
            return null;
        var text = new StringBuilder();
        if (stage.ReadsDatasets)
            foreach (var file in experiment.Datasets.SelectMany(dataset => paths.Files(dataset.Path)))
                Add(text, file, paths);
        if (stage.ReadsModel && Directory.Exists(paths.Full(experiment.BaseModel)))
            foreach (var file in Directory.EnumerateFiles(paths.Full(experiment.BaseModel)).Order(StringComparer.Ordinal))
                Add(text, file, paths);
        if (stage.ReadsModel && experiment.ChatTemplate is { } template && File.Exists(paths.Full(template)))
            Add(text, paths.Full(template), paths);
        return text.ToString();
    }

    /// <inheritdoc cref="Describe(Stage, ContextExperiment, ProjectPaths)"/>
    public static string? Describe(Stage stage, Experiment experiment, ProjectPaths paths)
    {
        var judging = stage.MayReadPrompts ? experiment.JudgingLlm : null;
        if (!stage.ReadsDatasets && !stage.ReadsModel && judging is null)
            return null;
        var text = new StringBuilder();
        if (stage.ReadsDatasets)
            foreach (var dataset in experiment.Train.Concat(experiment.Eval))
                foreach (var file in Rows(dataset).Concat(dataset.PromptFile is { } prompts ? paths.Files(prompts) : []))
                    Add(file);
        if (stage.ReadsDatasets && experiment.WritingLlm?.Folder is { } writer)
            foreach (var file in Directory.EnumerateFiles(paths.Full(writer)).Order(StringComparer.Ordinal))
                Add(file);
        if (stage.ReadsModel && Directory.Exists(paths.Full(experiment.BaseModel)))
            foreach (var file in Directory.EnumerateFiles(paths.Full(experiment.BaseModel)).Order(StringComparer.Ordinal))
                Add(file);
        if (stage.ReadsModel && experiment.ChatTemplate is { } template && File.Exists(paths.Full(template)))
            Add(paths.Full(template));
        if (judging is not null)
        {
            foreach (var prompt in experiment.Judged.Select(d => d.JudgePromptFile).OfType<string>().Distinct())
                Add(paths.Full(prompt));
            if (judging.Folder is { } model)
                foreach (var file in Directory.EnumerateFiles(paths.Full(model)).Order(StringComparer.Ordinal))
                    Add(file);
        }
        if (stage.Name == "ComputeAttribution")
        {
            if (experiment.PersonaPrompts is { } folder && experiment.EvalMethods.Contains(BuiltInMethods.PersonaGenerated) && Directory.Exists(paths.Full(folder)))
                foreach (var file in Directory.EnumerateFiles(paths.Full(folder), "*.txt").Order(StringComparer.Ordinal))
                    Add(file);
            if (experiment.EvalMethods.Contains(BuiltInMethods.PersonaFile))
                foreach (var file in experiment.Eval.SelectMany(dataset => dataset.PersonaVector is { } vector ? paths.Files(vector) : []))
                    Add(file);
        }
        return text.ToString();

        // A recipe may read a folder.
        IEnumerable<string> Rows(Dataset dataset) => dataset.Recipe is not null && Directory.Exists(paths.Full(dataset.Path))
            ? Directory.EnumerateFiles(paths.Full(dataset.Path), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            : paths.Files(dataset.Path);

        void Add(string file) => OutsideFiles.Add(text, file, paths);
    }

    private static void Add(StringBuilder text, string file, ProjectPaths paths)
    {
        var info = new FileInfo(file);
        // Of a link, what it points to.
        if (info.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target)
            info = target;
        text.Append(CultureInfo.InvariantCulture, $"{paths.Short(file)}\t{info.Length}\t{info.LastWriteTimeUtc:O}\n");
    }
}
