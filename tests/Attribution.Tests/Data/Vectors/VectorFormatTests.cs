using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Selection;

namespace Attribution.Tests.Data.Vectors;

public sealed class VectorFormatTests : IDisposable
{
    private const int Dimension = 37, Layer = 3;
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Formats => new(VectorFormats.Names);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("parquet", 0)]
    [InlineData("npy", 0)]
    [InlineData("npy-float16", 1 / 2048.0)]
    [InlineData("int8", 1 / 254.0)]
    public void Rows_of_any_size_come_back_within_the_error_of_their_format(string name, double error)
    {
        var format = VectorFormats.Parse(name);
        // Among them gradients of a large model, which float16 without a scale would make zero, and the ends of float32's range.
        float[] sizes = [1, 1e-9f, 1e-30f, 1e-38f, 3e38f, 1e4f];
        var vectors = Enumerable.Range(0, 1000).Select(row => Row(row, sizes[row % sizes.Length])).ToArray();
        var read = RoundTrip(format, vectors);
        for (var row = 0; row < vectors.Length; row++)
        {
            read[row].Index.ShouldBe(Index(row));
            var most = vectors[row].Max(MathF.Abs);
            for (var d = 0; d < Dimension; d++)
            {
                // float16 rounds each component by itself, int8 all by the row's largest.
                var allowed = error * (format == VectorFormat.Int8 ? most : Math.Max(Math.Abs(vectors[row][d]), most * 1e-7));
                Math.Abs((double)read[row].Vector[d] - vectors[row][d]).ShouldBeLessThanOrEqualTo(allowed * 1.001, $"row {row}, {d}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Zero_rows_stay_zero_and_rows_that_are_not_finite_stay_so(string name)
    {
        var format = VectorFormats.Parse(name);
        var read = RoundTrip(format, new float[Dimension], [.. Row(0, 1)[..^1], float.NaN], [float.PositiveInfinity, .. Row(0, 1)[1..]], Row(1, 1),
            [float.Epsilon, .. new float[Dimension - 1]]);
        read[0].Vector.ShouldAllBe(v => v == 0);
        read[1].Vector.ShouldContain(v => float.IsNaN(v));
        read[2].Vector.ShouldContain(v => !float.IsFinite(v));
        read[3].Vector.ShouldAllBe(v => float.IsFinite(v));
        read[4].Vector.ShouldAllBe(v => float.IsFinite(v));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Equal_rows_give_equal_bytes(string name)
    {
        var format = VectorFormats.Parse(name);
        foreach (var folder in new[] { "a", "b" })
            Write(_folder[folder], format, Row(1, 1), Row(2, 1));
        foreach (var file in Directory.GetFiles(_folder["a"]))
        {
            VectorTables.FilesOf(Layer).ShouldContain(Path.GetFileName(file));
            File.ReadAllBytes(file).ShouldBe(File.ReadAllBytes(Path.Combine(_folder["b"], Path.GetFileName(file))));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_writer_given_up_leaves_nothing(string name)
    {
        var format = VectorFormats.Parse(name);
        Directory.CreateDirectory(_folder["up"]);
        using (var writer = VectorTables.Create(_folder["up"], Layer, format, 2))
        {
            writer.Append(0, [1, 2]);
            Should.Throw<ArgumentException>(() => writer.Append(1, [1, 2, 3]));
        }
        Directory.GetFileSystemEntries(_folder["up"]).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Vectors_of_no_single_layer_are_called_all(string name)
    {
        var format = VectorFormats.Parse(name);
        Directory.CreateDirectory(_folder["all"]);
        using (var writer = VectorTables.Create(_folder["all"], VectorKey.WholeModel, format, 2))
        {
            writer.Append(5, [1, 2]);
            writer.Complete();
        }
        Directory.GetFiles(_folder["all"]).ShouldAllBe(file => Path.GetFileNameWithoutExtension(file).EndsWith("-all"));
        var rows = new List<long>();
        VectorFolder.Open(_folder["all"], VectorKey.WholeModel).Read((index, _) => rows.Add(index));
        rows.ShouldBe([5L]);
    }

    [Fact]
    public void A_format_is_known_by_its_name()
    {
        VectorFormats.Names.Select(VectorFormats.Parse).ShouldBe(Enum.GetValues<VectorFormat>());
        var error = Should.Throw<AttributionException>(() => VectorFormats.Parse("float16"));
        (error.Code, error.Property).ShouldBe((ErrorCodes.VectorFormatUnknown, "VectorFormat"));
        error.Message.ShouldContain("npy-float16");
    }

    private static long Index(int row) => 3L * row + 1;

    private static float[] Row(int seed, float size)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Dimension).Select(_ => (float)(random.NextDouble() * 2 - 1) * size)];
    }

    private (long Index, float[] Vector)[] RoundTrip(VectorFormat format, params float[][] vectors)
    {
        var read = new List<(long, float[])>();
        VectorFolder.Open(Written(format, vectors), Layer).Read((index, vector) => read.Add((index, vector.ToArray())));
        read.Count.ShouldBe(vectors.Length);
        return [.. read];
    }

    private string Written(VectorFormat format, params float[][] vectors)
    {
        Write(_folder["t"], format, vectors);
        return _folder["t"];
    }

    private static void Write(string folder, VectorFormat format, params float[][] vectors)
    {
        Directory.CreateDirectory(folder);
        using var writer = VectorTables.Create(folder, Layer, format, Dimension);
        foreach (var (row, vector) in vectors.Index())
            writer.Append(Index(row), vector);
        writer.Complete();
    }
}
