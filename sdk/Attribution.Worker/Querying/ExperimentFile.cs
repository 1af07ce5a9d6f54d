using System.Text.RegularExpressions;

namespace Attribution.Worker.Querying;

/// <summary>A file under an experiment's <c>out/</c> that queries read.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Folder">The folder of its run, or <c>{dataset}/{method}</c> for kinds that belong to no run; relative to <c>out/</c>, with <c>/</c>.</param>
/// <param name="Judge">For verdicts, the judge's name.</param>
internal sealed partial record ExperimentFile(string Path, ExperimentFileKind Kind, string Folder, string? Judge = null)
{
    /// <summary>Recognizes a file by its name.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="relative">Its path below <c>out/</c>, with <c>/</c>.</param>
    /// <returns>The file; null if no query reads it.</returns>
    public static ExperimentFile? Recognize(string path, string relative)
    {
        var match = Known().Match(relative);
        if (!match.Success)
            return null;
        var kind = match.Groups switch
        {
            { } g when g["selection"].Success => ExperimentFileKind.Selection,
            { } g when g["scores"].Success => ExperimentFileKind.Scores,
            { } g when g["loss"].Success => ExperimentFileKind.Loss,
            { } g when g["answers"].Success => ExperimentFileKind.Answers,
            { } g when g["judge"].Success => ExperimentFileKind.Verdicts,
            { } g when g["attributions"].Success => ExperimentFileKind.Attributions,
            { } g when g["rows"].Success => ExperimentFileKind.Rows,
            _ => ExperimentFileKind.Vectors,
        };
        return new(path, kind, match.Groups["folder"].Value, match.Groups["judge"] is { Success: true } judge ? judge.Value : null);
    }

    [GeneratedRegex("""
        ^(?<folder>.+?)/(?:
            (?<selection>selected_train_data\.jsonl) | (?<scores>scores\.parquet) | (?<attributions>attributions\.jsonl)
          | selected_data/(?: (?<loss>loss\.jsonl) | (?<answers>answers\.jsonl) | eval_llm_judge/judge_(?<judge>.+)\.csv )
          | (?<rows>data-\d+\.parquet) | (?<vectors>scores-.+\.parquet)
        )$
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Known();
}

/// <summary>The kinds of files under an experiment's <c>out/</c>.</summary>
internal enum ExperimentFileKind
{
    Metrics,
    Selection,
    Scores,
    Loss,
    Answers,
    Verdicts,
    Attributions,
    Rows,
    Vectors,
}
