using Attribution.Data;
using Attribution.Data.DuckDb;

namespace Attribution.Tests.Data;

[CollectionDefinition(nameof(MeasuresTheProcess), DisableParallelization = true)]
public sealed class MeasuresTheProcess;

/// <summary>What the whole process holds while a file much larger than that is read; so nothing may run beside it.</summary>
[Collection(nameof(MeasuresTheProcess))]
public sealed class DatasetMemoryTests : IDisposable
{
    private const int Rows = 100_000;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("d.parquet", null)]
    [InlineData("d.jsonl", 1000L)]
    public void A_file_of_300_MB_of_text_is_streamed_in_less_than_half_of_that(string name, long? take)
    {
        using (var db = DuckDbDatabase.Open())
            db.Execute($"COPY (SELECT [{{'role': 'user', 'content': i::VARCHAR}}, {{'role': 'assistant', 'content': repeat(chr(97 + (i % 26)::INTEGER), "
                + $"3000)}}] AS treatment_messages FROM range({Rows}) t(i)) TO '{_folder[name]}' "
                + $"{(name.EndsWith("jsonl") ? "(FORMAT json)" : "(FORMAT parquet, ROW_GROUP_SIZE 20480)")}");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Environment.WorkingSet;
        var (read, peak) = (0L, 0L);
        foreach (var row in Dataset.Open(new() { Path = _folder[name], Take = take, Seed = 1 }).Rows())
            if (read++ % 5000 == 0)
                peak = Math.Max(peak, Environment.WorkingSet);
        read.ShouldBe(take ?? Rows);
        (peak - before).ShouldBeLessThan(128L << 20, $"{(peak - before) >> 20} MiB");
    }
}
