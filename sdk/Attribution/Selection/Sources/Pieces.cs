using System.Runtime.ExceptionServices;

namespace Attribution.Selection.Sources;

/// <summary>Work in pieces that threads take in order, each with a state of its own.</summary>
internal static class Pieces
{
    /// <summary>
    /// Does all pieces. Of failures that of the first piece is thrown, whatever the threads: pieces are taken in order, and those taken are finished.
    /// </summary>
    /// <param name="threads">How many threads, the caller's among them.</param>
    /// <param name="count">How many pieces.</param>
    /// <param name="createState">What a thread keeps from piece to piece.</param>
    /// <param name="work">Does a piece, from 0.</param>
    /// <param name="cancellation">Ends it between pieces.</param>
    public static void Run<T>(int threads, int count, Func<T> createState, Action<T, int> work, CancellationToken cancellation) where T : IDisposable
    {
        var next = -1;
        var (failed, failure) = (int.MaxValue, (ExceptionDispatchInfo?)null);
        var failing = new Lock();
        var others = Enumerable.Range(1, Math.Max(0, Math.Min(threads, count) - 1)).Select(_ => new Thread(Work) { IsBackground = true }).ToArray();
        foreach (var other in others)
            other.Start();
        Work();
        foreach (var other in others)
            other.Join();
        failure?.Throw();

        void Work()
        {
            var piece = -1;
            try
            {
                using var state = createState();
                while (Volatile.Read(ref failed) == int.MaxValue && (piece = Interlocked.Increment(ref next)) < count)
                {
                    cancellation.ThrowIfCancellationRequested();
                    work(state, piece);
                }
            }
            catch (Exception e)
            {
                lock (failing)
                    if (piece < failed)
                        (failed, failure) = (piece, ExceptionDispatchInfo.Capture(e));
            }
        }
    }
}
