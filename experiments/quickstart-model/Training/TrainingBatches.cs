using QuickstartModel.Corpus;

namespace QuickstartModel.Training;

/// <summary>
/// Cuts an endless corpus into batches of rows of like length, so that little is padding: windows of documents are sorted by length, cut
/// under a token budget, and the batches of a window shuffled.
/// </summary>
internal sealed class TrainingBatches(Func<long, int[]> document, ulong seed, int budget)
{
    private const int Window = 2048;

    public IEnumerable<int[][]> All()
    {
        for (var start = 0L; ; start += Window)
        {
            var rows = new int[Window][];
            for (var i = 0; i < Window; i++)
                rows[i] = document(start + i);
            // A stable sort: rows of one length stay in the corpus's order.
            var batches = Cut([.. rows.OrderBy(row => row.Length)]).ToArray();
            new CounterRandom(seed, "batches", start).Shuffle<int[][]>(batches);
            foreach (var batch in batches)
                yield return batch;
        }
    }

    private IEnumerable<int[][]> Cut(int[][] sorted)
    {
        var at = 0;
        for (var end = 1; end <= sorted.Length; end++)
            if (end == sorted.Length || sorted[end].Length * (end + 1 - at) > budget)
            {
                yield return sorted[at..end];
                at = end;
            }
    }
}
