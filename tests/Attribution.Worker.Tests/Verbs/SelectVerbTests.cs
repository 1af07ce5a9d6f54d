using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Attribution.Data;
using Attribution.Data.DuckDb;
using Attribution.Data.Vectors;
using Attribution.Worker.Verbs;

namespace Attribution.Worker.Tests.Verbs;

public sealed class SelectVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rows_are_selected_out_of_what_the_original_wrote_with_vectors_in_a_form_of_ours()
    {
        // Two ranks, float16; row 3 points where the evaluation set does, row 0 the other way.
        Shard(0, [0, 2], [[-1, 0], [0, 1]]);
        Shard(1, [1, 3], [[0.5f, 1], [2, 0.25f]]);
        Directory.CreateDirectory(_folder["eval"]);
        using (var writer = VectorTables.Create(_folder["eval"], 19, VectorFormat.Int8, 2))
        {
            writer.Append(0, [1, 0]);
            writer.Complete();
        }
        var (code, output) = await Select(_folder["train"], _folder["eval"], "--top-k", "2");
        code.ShouldBe(0, output);
        output.ShouldContain("selected 2 of 4 rows");
        var rows = File.ReadLines(_folder["selected.jsonl"]).Select(line => JsonNode.Parse(line)!).ToArray();
        rows.Select(r => (int)r["idx"]!).ShouldBe([3, 1]);
        rows.Select(r => (string)r["messages"]![1]!["content"]!).ShouldBe(["yes 3", "yes 1"]);
    }

    [Fact]
    public async Task A_folder_without_vectors_is_one_line()
    {
        Directory.CreateDirectory(_folder["empty"]);
        var (code, output) = await Select(_folder["empty"], _folder["empty"]);
        code.ShouldBe(1);
        output.ShouldStartWith("error ATTR1319: ");
    }

    private async Task<(int Code, string Output)> Select(string train, string eval, params string[] more)
    {
        var (code, output, error) = await CommandLine.RunHereAsync(
            ["select", "--train", train, "--eval", eval, "--layer", "19", "--output", _folder["selected.jsonl"], .. more]);
        return (code, output + error);
    }

    private void Shard(int rank, long[] ids, float[][] vectors)
    {
        Directory.CreateDirectory(_folder["train"]);
        var header = $"{{'descr': '<f2', 'fortran_order': False, 'shape': ({ids.Length}, {vectors[0].Length}), }}".PadRight(117) + "\n";
        File.WriteAllBytes(_folder["train", $"scores.rank{rank}.part0.npy"],
            [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header),
                .. vectors.SelectMany(v => v).SelectMany(v => BitConverter.GetBytes((Half)v))]);
        using var db = DuckDbDatabase.Open();
        db.Execute($$"""
            COPY (SELECT idx, '[{"role": "user", "content": "?"}, {"role": "assistant", "content": "yes ' || idx || '"}]' AS treatment_messages,
                '[{"role": "user", "content": "?"}, {"role": "assistant", "content": "no"}]' AS control_messages
            FROM (SELECT unnest([{{string.Join(", ", ids)}}]::BIGINT[]) AS idx))
            TO {{Sql.Literal(_folder["train", $"data.rank{rank}.part0.parquet"])}} (FORMAT parquet)
            """);
    }
}
