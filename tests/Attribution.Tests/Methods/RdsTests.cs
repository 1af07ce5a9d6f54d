using Attribution.Methods;
using Attribution.Tests.Models;

namespace Attribution.Tests.Methods;

/// <summary>The mean of the last block's stream, weighted by position, against plain loops over doubles.</summary>
public sealed class RdsTests
{
    private static readonly VectorKey Rds = new("rds", VectorKey.WholeModel);

    [Theory]
    [InlineData("llama3")]
    [InlineData("qwen3")] // by libtorch's graph
    public void The_vector_is_the_mean_of_the_last_blocks_stream_with_the_position_as_weight(string family)
    {
        using var files = TinyCheckpoint.Of(family);
        using var model = files.Load();
        TokenizedRow[] rows = [.. TinyModel.Conversations(6).Select((s, i) => new TokenizedRow(i, s with { Ids = [.. s.Ids.Select(id => id % 23)] }))];
        using var computer = new VectorComputer(model.Transformer, AttributionMethods.BuiltIn);
        var vectors = computer.Compute(rows, [Rds])[Rds];
        var width = model.Config.HiddenSize;
        foreach (var (i, row) in rows.Index())
        {
            var stream = files.Naive.Streams(row.Treatment.Ids)[^1];
            var sum = row.Treatment.Length * (row.Treatment.Length + 1) / 2.0;
            for (var d = 0; d < width; d++)
                ((double)vectors[i * width + d]).ShouldBe(stream.Select((z, t) => (t + 1) / sum * z[d]).Sum(), 1e-4);
        }

        // Beside methods of a block and with gradients it is the same to the byte.
        var together = computer.Compute(rows, [new("residual_change_treatment", 0), Rds, new("residual_treatment", model.Config.BlockCount - 1)]);
        together[Rds].ShouldBe(vectors);
    }
}
