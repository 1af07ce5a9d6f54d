using System.Text;
using Attribution.Models.Safetensors;
using FsCheck;
using FsCheck.Fluent;

namespace Attribution.Tests.Models.Safetensors;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        SafetensorsSource[] tensors =
        [
            SafetensorsBytes.Source("b", SafetensorsDType.U8, [2], 1, 2),
            SafetensorsBytes.Source("a", SafetensorsDType.U8, [1], 3),
            SafetensorsBytes.Source("z", SafetensorsDType.BF16, [], 4, 5),
        ];
        const string Header =
            """{"__metadata__":{"format":"pt","rank":"8"},"z":{"dtype":"BF16","shape":[],"data_offsets":[0,2]}"""
            + ""","a":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}"""
            + ""","b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}""";
        var padded = Header.PadRight((Header.Length + 7) / 8 * 8);
        var expected = SafetensorsBytes.File(Encoding.UTF8.GetBytes(padded), [4, 5, 3, 1, 2]);

        SafetensorsWriter.Write(_folder["x"], tensors, new Dictionary<string, string> { ["rank"] = "8", ["format"] = "pt" });
        SafetensorsWriter.Write(_folder["y"], tensors.Reverse(), new Dictionary<string, string> { ["format"] = "pt", ["rank"] = "8" });

        File.ReadAllBytes(_folder["x"]).ShouldBe(expected);
        File.ReadAllBytes(_folder["y"]).ShouldBe(expected);
    }

    [SharedFact("models", "stories260k", "model.safetensors")]
    public void A_published_checkpoint_is_written_back_byte_for_byte()
    {
        var path = SharedData.Find("models", "stories260k", "model.safetensors")!;
        using var file = SafetensorsFile.Open(path);

        SafetensorsWriter.Write(_folder["copy"], file.Entries.Reverse().Select(e => new SafetensorsSource(e.Name, e.DType, e.Shape, stream =>
        {
            using var view = file.Map(e.Name);
            stream.Write(view.Span);
        })), file.Metadata);

        File.ReadAllBytes(_folder["copy"]).AsSpan().SequenceEqual(File.ReadAllBytes(path)).ShouldBeTrue();
    }

    [Fact]
    public void What_is_written_reads_back()
    {
        var tensor = from name in ArbMap.Default.GeneratorFor<NonNull<string>>()
                     from dtype in Gen.Elements(Enum.GetValues<SafetensorsDType>().Where(d => d.Bits() >= 8))
                     from shape in Gen.Choose(0, 4).Select(size => (long)size).ArrayOf().Resize(4)
                     from data in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf((int)shape.Aggregate(dtype.Bits() / 8L, (a, b) => a * b))
                     select (Name: new string(name.Get.Where(c => !char.IsSurrogate(c)).ToArray()) + "\u00e9\U0001f600\"\\\n", dtype, shape, data);
        Prop.ForAll(tensor.ArrayOf().ToArbitrary(), drawn =>
        {
            var tensors = drawn.DistinctBy(t => t.Name).ToArray();
            SafetensorsWriter.Write(_folder["f"], tensors.Select(t => SafetensorsBytes.Source(t.Name, t.dtype, t.shape, t.data)));
            using var file = SafetensorsFile.Open(_folder["f"]);
            foreach (var t in tensors)
            {
                using var view = file.Map(t.Name);
                view.Span.ToArray().ShouldBe(t.data);
                file[t.Name].Shape.ShouldBe(t.shape);
                file[t.Name].DType.ShouldBe(t.dtype);
                unsafe
                {
                    ((nuint)view.Pointer % (nuint)(t.dtype.Bits() / 8)).ShouldBe((nuint)0, "every tensor is aligned to its element");
                }
            }
            return file.Entries.Count == tensors.Length;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_else()
    {
        var path = _folder["model.safetensors"];
        SafetensorsWriter.Write(path, [SafetensorsBytes.Zeros("a", 3)]);
        var before = File.ReadAllBytes(path);

        Should.Throw<ArgumentException>(() => SafetensorsWriter.Write(path,
            [SafetensorsBytes.Source("a", SafetensorsDType.U8, [2], 1)])).Message.ShouldContain("'a' takes 2 bytes");
        Should.Throw<InvalidOperationException>(() => SafetensorsWriter.Write(path,
            [new("a", SafetensorsDType.U8, [2], _ => throw new InvalidOperationException())]));

        File.ReadAllBytes(path).ShouldBe(before);
        Directory.GetFiles(_folder.Path).ShouldBe([path]);
    }

    [Fact]
    public void Two_tensors_of_one_name_and_impossible_shapes_are_refused()
    {
        Should.Throw<ArgumentException>(() => SafetensorsWriter.Write(_folder["x"], [SafetensorsBytes.Zeros("a"), SafetensorsBytes.Zeros("a")]));
        Should.Throw<ArgumentException>(() => SafetensorsWriter.Write(_folder["x"], [SafetensorsBytes.Zeros("__metadata__")]));
        Should.Throw<ArgumentException>(() => SafetensorsWriter.Write(_folder["x"], [SafetensorsBytes.Source("a", SafetensorsDType.U8, [-1])]));
        Should.Throw<ArgumentException>(() => SafetensorsWriter.Write(_folder["x"], [SafetensorsBytes.Source("a", SafetensorsDType.F4, [3])]));
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }
}
