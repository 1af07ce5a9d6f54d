using System.Collections;
using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tests.Tasks;

/// <summary>A build that keeps what its tasks log.</summary>
internal sealed class Engine : IBuildEngine6
{
    private readonly List<BuildEventArgs> _events = [];

    public Dictionary<string, string> GlobalProperties { get; } = [];

    public IReadOnlyList<BuildErrorEventArgs> Errors => Logged<BuildErrorEventArgs>();

    public IReadOnlyList<BuildWarningEventArgs> Warnings => Logged<BuildWarningEventArgs>();

    /// <summary>What a person sees without asking for more.</summary>
    public IReadOnlyList<string> Messages => [.. Logged<BuildMessageEventArgs>().Where(m => m.Importance == MessageImportance.High).Select(m => m.Message!)];

    public bool ContinueOnError => false;
    public int LineNumberOfTaskNode => 0;
    public int ColumnNumberOfTaskNode => 0;
    public string ProjectFileOfTaskNode => "";
    public bool IsRunningMultipleNodes => false;

    public void LogErrorEvent(BuildErrorEventArgs e) => Keep(e);
    public void LogWarningEvent(BuildWarningEventArgs e) => Keep(e);
    public void LogMessageEvent(BuildMessageEventArgs e) => Keep(e);
    public void LogCustomEvent(CustomBuildEventArgs e) => Keep(e);
    public void LogTelemetry(string eventName, IDictionary<string, string> properties) { }
    public IReadOnlyDictionary<string, string> GetGlobalProperties() => GlobalProperties;

    public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) =>
        throw new NotSupportedException();
    public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs, string toolsVersion) =>
        throw new NotSupportedException();
    public bool BuildProjectFilesInParallel(string[] projectFileNames, string[] targetNames, IDictionary[] globalProperties,
        IDictionary[] targetOutputsPerProject, string[] toolsVersion, bool useResultsCache, bool unloadProjectsOnCompletion) =>
        throw new NotSupportedException();
    public BuildEngineResult BuildProjectFilesInParallel(string[] projectFileNames, string[] targetNames, IDictionary[] globalProperties,
        IList<string>[] removeGlobalProperties, string[] toolsVersion, bool returnTargetOutputs) => throw new NotSupportedException();
    public void Yield() { }
    public void Reacquire() { }
    public void RegisterTaskObject(object key, object obj, RegisteredTaskObjectLifetime lifetime, bool allowEarlyCollection) { }
    public object GetRegisteredTaskObject(object key, RegisteredTaskObjectLifetime lifetime) => null!;
    public object UnregisterTaskObject(object key, RegisteredTaskObjectLifetime lifetime) => null!;

    private void Keep(BuildEventArgs e)
    {
        lock (_events)
            _events.Add(e);
    }

    private List<T> Logged<T>()
    {
        lock (_events)
            return [.. _events.OfType<T>()];
    }
}
