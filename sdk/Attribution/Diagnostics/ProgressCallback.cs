namespace Attribution.Diagnostics;

/// <summary>Progress that is told at once and on the same thread, unlike <see cref="Progress{T}"/>.</summary>
internal sealed class ProgressCallback<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
