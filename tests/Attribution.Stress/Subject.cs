using Attribution.Worker.Tests.Stages;
using Attribution.Worker.Tests.Stages.Context;

namespace Attribution.Stress;

/// <summary>An experiment of either kind, whose stages run in processes of their own.</summary>
internal sealed class Subject : IDisposable
{
    private readonly Dictionary<string, string?> _environment;
    private readonly Func<string, string> _request;
    private readonly Action _prepare;
    private readonly IDisposable _experiment;

    public Subject(TestExperiment experiment, Dictionary<string, string?> environment)
        : this(experiment, TestExperiment.AllStages, experiment.Root, experiment.Folder, experiment.Out, environment)
    {
        (Made, _request, _prepare) = ([experiment.Store, experiment.Out, experiment.State], stage => experiment.RequestFile(stage), () => experiment.Prepare());
        _prepare();
    }

    public Subject(TestContextExperiment experiment, Dictionary<string, string?> environment)
        : this(experiment, TestContextExperiment.AllStages, experiment.Root, experiment.Root, experiment.Results, environment)
    {
        (Made, _request, _prepare) = ([Path.Combine(Root, "store"), Out, Path.Combine(Root, "obj")], experiment.RequestFile, experiment.Prepare);
        _prepare();
    }

    private Subject(IDisposable experiment, string[] stages, string root, string folder, string results, Dictionary<string, string?> environment)
    {
        (_experiment, Stages, Root, Folder, Out, _environment) = (experiment, stages, root, folder, results, environment);
        (Made, _request, _prepare) = ([], stage => stage, () => { });
    }

    public string[] Stages { get; }

    public string Root { get; }

    public string Folder { get; }

    public string Out { get; }

    /// <summary>The folders that its stages write.</summary>
    public string[] Made { get; }

    /// <summary>The results by content; tables of context experiments tell what their scorers took.</summary>
    public SortedDictionary<string, string> Results => Folders.Results(Out,
        _experiment is TestContextExperiment ? ["metrics.txt", "summary.txt", "report/stages.json"] : []);

    public StageProcess Start(string stage, params string[] wrapper) => new(_request(stage), Folder, stage, _environment, [], wrapper);

    /// <summary>Runs a stage, which must end well.</summary>
    public string Finish(string stage, params string[] wrapper)
    {
        using var worker = Start(stage, wrapper);
        var (code, output) = worker.Finish();
        code.ShouldBe(0, $"{stage}: {output}");
        return output;
    }

    public void FinishAll(params string[] wrapper)
    {
        foreach (var stage in Stages)
            Finish(stage, wrapper);
    }

    /// <summary>Forgets all that its stages made.</summary>
    public void Begin()
    {
        foreach (var folder in Made)
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        _prepare();
    }

    /// <summary>Forgets the results but not the store.</summary>
    public void ForgetResults()
    {
        Directory.Delete(Made[1], recursive: true);
        Directory.Delete(Made[2], recursive: true);
        _prepare();
    }

    public void Dispose() => _experiment.Dispose();
}
