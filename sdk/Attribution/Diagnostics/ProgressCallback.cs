namespace Attribution.Diagnostics;

/// <summary>Reports progress immediately on the calling thread, unlike <see cref="Progress{T}"/>.</summary>
internal sealed class ProgressCallback<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
