using Attribution.Diagnostics;

namespace Attribution.Sdk.Experiments;

/// <summary>
/// Finds the prompt of a model that judges an evaluation set: the set's <c>JudgePrompt</c>, else the trait's prompt in the folder <c>JudgePrompts</c>, else the
/// one that comes with the worker.
/// </summary>
/// <param name="paths">Converts paths relative to the project.</param>
/// <param name="worker">The worker's folder.</param>
internal sealed class JudgePromptFiles(ProjectPaths paths, string worker)
{
    /// <summary>The dataset with its prompt. A prompt that cannot be found is a problem.</summary>
    public ProjectDataset Find(ProjectDataset dataset, ProjectItem item, string? folder, ProblemList problems)
    {
        if (item.Text("JudgePrompt") is { } own)
        {
            if (!File.Exists(paths.Full(own)))
                problems.Add(Missing(item, $"The JudgePrompt of EvalDataset {item.Include} does not exist: there is no {paths.Full(own)}. Correct the "
                    + $"path; it is relative to the project."));
            return dataset with { JudgePrompt = paths.Written(own), JudgePromptFile = own };
        }
        if (folder is not null)
        {
            if (!Directory.Exists(paths.Full(folder)))
                problems.Add(new(ErrorCodes.JudgePromptMissing,
                    $"There is no folder {paths.Full(folder)} of JudgePrompts. Correct the path; it is relative to the project.", "JudgePrompts"));
            var file = Path.Combine(folder, $"{dataset.Rows.Trait}.md");
            if (File.Exists(paths.Full(file)))
                return dataset with { JudgePrompt = paths.Written(file), JudgePromptFile = file };
        }
        var shipped = Path.Combine(worker, "JudgePrompts", $"{dataset.Rows.Trait}.md");
        if (!File.Exists(shipped))
            problems.Add(Missing(item, $"There is no judging prompt for the trait '{dataset.Rows.Trait}' of EvalDataset {item.Include}: Judge=\"llm\" "
                + $"knows {string.Join(", ", Shipped())}. Write one of your own and name it with JudgePrompt=\"FILE\"."));
        return dataset with { JudgePromptFile = shipped };
    }

    private IEnumerable<string> Shipped()
    {
        var folder = Path.Combine(worker, "JudgePrompts");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.md").Select(f =>
            Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal) : [];
    }

    private static Problem Missing(ProjectItem item, string text) => new(ErrorCodes.JudgePromptMissing, text, "EvalDataset", item.Include);
}
