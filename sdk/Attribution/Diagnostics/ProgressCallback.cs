namespace Attribution.Diagnostics;

/// <summary>Progress that is told at once and on the same thread, unlike <see cref="Progress{T}"/>.</summary>
internal sealed class ProgressCallback(Action<int> report) : IProgress<int>
{
    public void Report(int value) => report(value);
}
