namespace Attribution.Sdk.Experiments;

/// <summary>
/// Finds the prompt by which a model judges an evaluation set: its <c>JudgePrompt</c>, else its trait's in the folder <c>JudgePrompts</c>, else the one that
/// comes with the worker.
/// </summary>
/// <param name="paths">Paths relative to the project.</param>
/// <param name="worker">The worker's folder.</param>
internal sealed class JudgePromptFiles(ProjectPaths paths, string worker)
{
    /// <summary>The dataset with its prompt; what cannot be found is a problem.</summary>
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
                problems.Add(new(ProjectErrorCodes.JudgePromptMissing,
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

    private static Problem Missing(ProjectItem item, string text) => new(ProjectErrorCodes.JudgePromptMissing, text, "EvalDataset", item.Include);
}
