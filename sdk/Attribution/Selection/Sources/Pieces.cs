using System.Runtime.ExceptionServices;

namespace Attribution.Selection.Sources;

/// <summary>Processes pieces of work that threads take in order, each thread with its own state.</summary>
internal static class Pieces
{
    /// <summary>
    /// Processes all pieces. If several fail, the failure of the first piece is thrown, whatever the number of threads: pieces are taken in order, and those
    /// taken are finished.
    /// </summary>
    /// <param name="threads">The number of threads, including the caller's.</param>
    /// <param name="count">The number of pieces.</param>
    /// <param name="createState">Creates the state that a thread keeps from piece to piece.</param>
    /// <param name="work">Processes a piece, given its 0-based index.</param>
    /// <param name="cancellation">Checked between pieces.</param>
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
