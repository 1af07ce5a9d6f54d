using System.Diagnostics;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>
/// A workflow for GitHub Actions, read as YAML, whose <c>run</c> steps are run as GitHub runs them: by <c>bash -e</c> in the repository's folder, with the
/// variables that GitHub sets. Steps that use published actions are not run.
/// </summary>
internal sealed partial class GitHubWorkflow
{
    private readonly Dictionary<object, object> _job;

    private GitHubWorkflow(Dictionary<object, object> root)
    {
        On = (Dictionary<object, object>)root["on"];
        _job = (Dictionary<object, object>)((Dictionary<object, object>)root["jobs"]).Single().Value;
        Steps = [.. ((List<object>)_job["steps"]).Cast<Dictionary<object, object>>()];
    }

    /// <summary>What starts it.</summary>
    public Dictionary<object, object> On { get; }

    /// <summary>The steps of its one job.</summary>
    public IReadOnlyList<Dictionary<object, object>> Steps { get; }

    /// <summary>The actions that it uses.</summary>
    public IEnumerable<string> Actions => Steps.Where(step => step.ContainsKey("uses")).Select(step => (string)step["uses"]);

    public static GitHubWorkflow Read(string file) =>
        new((Dictionary<object, object>)new DeserializerBuilder().Build().Deserialize<object>(File.ReadAllText(file)));

    /// <summary>The paths that a step keeps.</summary>
    public string[] Kept(string action)
    {
        var step = Steps.Single(step => step.GetValueOrDefault("uses") is string uses && uses.StartsWith(action, StringComparison.Ordinal));
        var paths = (string)((Dictionary<object, object>)step["with"])["path"];
        return paths.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>Runs its steps until one fails.</summary>
    /// <param name="folder">The repository.</param>
    /// <param name="environment">The machine's variables.</param>
    /// <param name="variables">The variables of the repository that the workflow reads as <c>vars.NAME</c>; secrets are not set.</param>
    public WorkflowRun Run(string folder, IReadOnlyDictionary<string, string> environment, IReadOnlyDictionary<string, string> variables)
    {
        using var temporary = new TemporaryFolder();
        var (output, summary) = (new List<string>(), "");
        foreach (var step in Steps.Where(step => step.ContainsKey("run")))
        {
            var values = ((Dictionary<object, object>)_job["env"]).ToDictionary(pair => (string)pair.Key, pair =>
                Expression().Replace((string)pair.Value, match =>
                    match.Groups[1].Value == "vars" ? variables.GetValueOrDefault(match.Groups[2].Value, "") : ""));
            // Of conditions only this form is known.
            if (step.GetValueOrDefault("if") is string condition)
                if (values[NotEmpty().Match(condition).Groups[1].Value].Length == 0)
                    continue;
            var file = temporary.Write("summary.md", "");
            var start = new ProcessStartInfo("bash", ["--noprofile", "--norc", "-e", temporary.Write("step.sh", (string)step["run"])])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("ATTRIBUTION_", StringComparison.Ordinal)).ToList())
                start.Environment.Remove(name);
            foreach (var (name, value) in environment.Concat(values).Concat(new Dictionary<string, string>
            {
                ["CI"] = "true",
                ["GITHUB_ACTIONS"] = "true",
                ["GITHUB_WORKSPACE"] = folder,
                ["GITHUB_STEP_SUMMARY"] = file,
                ["GITHUB_OUTPUT"] = temporary.Write("output", ""),
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["PATH"] = $"{Path.GetDirectoryName(Environment.ProcessPath)}:{Environment.GetEnvironmentVariable("PATH")}",
            }))
                start.Environment[name] = value;
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            output.AddRange($"{process.StandardOutput.ReadToEnd()}{error.Result}".Split('\n'));
            process.WaitForExit();
            summary += File.ReadAllText(file);
            if (process.ExitCode != 0)
                return new(process.ExitCode, output, summary);
        }
        return new(0, output, summary);
    }

    [GeneratedRegex(@"\$\{\{ (\w+)\.(\w+) \}\}")]
    private static partial Regex Expression();

    [GeneratedRegex(@"^env\.(\w+) != ''$")]
    private static partial Regex NotEmpty();
}

/// <summary>What came of a workflow.</summary>
/// <param name="Code">The exit code of its last step.</param>
/// <param name="Output">The lines of the log.</param>
/// <param name="Summary">The job's summary, in Markdown.</param>
internal sealed record WorkflowRun(int Code, IReadOnlyList<string> Output, string Summary)
{
    /// <summary>The annotations: GitHub knows them by how a line begins.</summary>
    public IEnumerable<string> Annotations => Output.Select(line => line.Trim()).Where(line => line.StartsWith("::", StringComparison.Ordinal));

    public override string ToString() => string.Join('\n', Output);
}
