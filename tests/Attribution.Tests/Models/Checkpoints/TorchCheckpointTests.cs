using System.Text;
using Attribution.Diagnostics;
using Attribution.Models.Checkpoints;
using Attribution.Models.Safetensors;
using TorchSharp;
using static Attribution.Tests.Models.Checkpoints.PickleWriter;
using static TorchSharp.torch;

namespace Attribution.Tests.Models.Checkpoints;

public sealed class TorchCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_tensor_is_read_from_the_bytes_that_torch_save_writes()
    {
        // data.pkl of torch.save(torch.tensor([1.5, -2.0])), instruction by instruction
        byte[] pickle =
        [
            0x80, 0x02, .. "ctorch._utils\n_rebuild_tensor_v2\n"u8, 0x71, 0x00, 0x28, 0x28, 0x58, 0x07, 0, 0, 0, .. "storage"u8, 0x71, 0x01,
            .. "ctorch\nFloatStorage\n"u8, 0x71, 0x02, 0x58, 0x01, 0, 0, 0, .. "0"u8, 0x71, 0x03, 0x58, 0x03, 0, 0, 0, .. "cpu"u8, 0x71, 0x04,
            0x4B, 0x02, 0x74, 0x71, 0x05, 0x51, 0x4B, 0x00, 0x4B, 0x02, 0x85, 0x71, 0x06, 0x4B, 0x01, 0x85, 0x71, 0x07, 0x89,
            .. "ccollections\nOrderedDict\n"u8, 0x71, 0x08, 0x29, 0x52, 0x71, 0x09, 0x74, 0x71, 0x0A, 0x52, 0x71, 0x0B, 0x2E,
        ];
        var tensor = TorchCheckpoint.LoadTensor(Save(CheckpointFile.Checkpoint(pickle, [0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0])));
        tensor.DType.ShouldBe(SafetensorsDType.F32);
        tensor.Shape.ShouldBe([2L]);
        tensor.ToFloats().ShouldBe([1.5f, -2f]);
    }

    [Fact]
    public void Plain_values_come_back_as_they_were()
    {
        var value = Load(new Dictionary<object, object?>
        {
            ["text"] = "é\n",
            ["bytes"] = new byte[] { 0, 200, 10 },
            ["tuple"] = new object?[] { 1, -70000, 2.5, null },
            ["list"] = new List<object?> { true, false },
            [3] = new RawPickle([0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
            ["type"] = new RawPickle([.. "ctorch\nbfloat16\n"u8]),
            ["size"] = new RawPickle([.. "ctorch\nSize\n"u8, .. "K\u0002K\u0003"u8, 0x86, 0x85, .. "R"u8]),
        }).ShouldBeOfType<OrderedDictionary<object, object?>>();
        value["text"].ShouldBe("é\n");
        value["bytes"].ShouldBe(new byte[] { 0, 200, 10 });
        value["tuple"].ShouldBe(new object?[] { 1L, -70000L, 2.5, null });
        value["list"].ShouldBe(new List<object?> { true, false });
        value[3L].ShouldBe(System.Numerics.BigInteger.Pow(2, 64));
        value["type"].ShouldBe(new CheckpointType("torch.bfloat16"));
        value["size"].ShouldBe(new object?[] { 2L, 3L });
    }

    [Theory]
    [InlineData("FloatStorage", 4)]
    [InlineData("DoubleStorage", 8)]
    [InlineData("HalfStorage", 2)]
    [InlineData("BFloat16Storage", 2)]
    [InlineData("LongStorage", 8)]
    [InlineData("IntStorage", 4)]
    [InlineData("ShortStorage", 2)]
    [InlineData("CharStorage", 1)]
    [InlineData("ByteStorage", 1)]
    public void Every_dtype_strides_offsets_and_shared_storages_are_read(string storage, int size)
    {
        // 0 to 11; one tensor is rows 1 and 2 of [3, 4], the other its transpose.
        var data = Enumerable.Range(0, 12).SelectMany(i => Element(storage, i)).ToArray();
        data.Length.ShouldBe(12 * size);
        var list = (List<object?>)Load(
            new List<object?> { new StoredTensor(storage, "0", 12, 4, [2, 4], [4, 1]), new StoredTensor(storage, "0", 12, 4, [4, 2], [1, 4], "cuda:0"),
                new StoredTensor(storage, "0", 12, 7, [], []) }, data)!;
        var (rows, transposed, scalar) = ((CheckpointTensor)list[0]!, (CheckpointTensor)list[1]!, (CheckpointTensor)list[2]!);
        rows.ToFloats().ShouldBe([4, 5, 6, 7, 8, 9, 10, 11]);
        transposed.ToFloats().ShouldBe([4, 8, 5, 9, 6, 10, 7, 11]);
        scalar.ToFloats().ShouldBe([7]);
        using var scope = NewDisposeScope();
        var tensor = transposed.ToTensor();
        tensor.shape.ShouldBe([4L, 2]);
        tensor.to(float32).data<float>().ToArray().ShouldBe(transposed.ToFloats());
    }

    [Fact]
    public void A_big_endian_machine_s_checkpoint_is_read()
    {
        var pickle = PickleWriter.Write(new StoredTensor("FloatStorage", "0", 1, 0, [1], [1]));
        var path = Save(CheckpointFile.Zip(("x/data.pkl", pickle), ("x/byteorder", "big"u8.ToArray()), ("x/data/0", [0x3F, 0xC0, 0, 0])));
        TorchCheckpoint.LoadTensor(path).ToFloats().ShouldBe([1.5f]);
    }

    [Theory]
    [InlineData("cos\nsystem\n", "os.system")]
    [InlineData("cbuiltins\neval\n", "builtins.eval")]
    [InlineData("ctorch\nload\n", "torch.load")]
    [InlineData("ctorch._utils\n_rebuild_tensor\n", "torch._utils._rebuild_tensor")]
    [InlineData("ctorch\nFloatStorage.__reduce__\n", "torch.FloatStorage.__reduce__")]
    [InlineData("\u008c\u0005posix\u008c\u0006system\u0093", "posix.system")]
    [InlineData("c__main__\nEstimator\n)\u0081", "__main__.Estimator")]
    public void Any_other_function_or_class_is_refused_by_name(string code, string name)
    {
        var error = ErrorOf(() => Load(new RawPickle([.. Encoding.Latin1.GetBytes(code), .. "X\u0002\0\0\0ls"u8, 0x85, .. "R"u8])));
        error.Code.ShouldBe(ErrorCodes.CheckpointRefused);
        error.Message.ShouldContain($"'{name}'");
    }

    [Theory]
    [InlineData("(ios\nsystem\n")] // INST
    [InlineData("NPx\n")] // PERSID
    [InlineData("ccollections\nOrderedDict\n)\u0081")] // NEWOBJ
    [InlineData("\u0082\u0001")] // EXT1
    [InlineData("\u008f")] // EMPTY_SET
    [InlineData("I1\n")] // protocol 0
    public void Instructions_that_make_anything_else_are_refused(string code) =>
        ErrorOf(() => Load(new RawPickle(Encoding.Latin1.GetBytes(code)))).Code.ShouldBe(ErrorCodes.CheckpointRefused);

    [Fact]
    public void Tensors_beyond_their_storage_are_damage()
    {
        foreach (var (shape, strides, offset, elements) in new[]
        {
            ((int[])[5], (int[])[1], 0, 4), ([2, 2], [3, 1], 0, 4), ([4], [1], 1, 4), ([4], [1], -1, 4), ([-4], [1], 0, 4), ([2], [-1], 1, 4),
            ([int.MaxValue, int.MaxValue, int.MaxValue], [0, 0, 0], 0, 4), ([3000], [0], 0, 4), ([4], [1, 1], 0, 4), ([4], [1], 0, 5),
        })
            ErrorOf(() => Load(new StoredTensor("FloatStorage", "0", elements, offset, shape, strides),
                new byte[16])).Code.ShouldBe(ErrorCodes.CheckpointDamaged);
    }

    [Theory]
    [InlineData("")]
    [InlineData("K")]
    [InlineData("e.")]
    [InlineData("0.")]
    [InlineData("(.")]
    [InlineData("N")]
    [InlineData("]N}s.")]
    [InlineData("}]Ns.")]
    [InlineData("h\u0005.")]
    [InlineData("X\u00ff\u00ff\u00ff\u007fa.")]
    [InlineData("X\u0001\0\0\0\u00ff.")]
    [InlineData("NQ.")]
    [InlineData("NNR.")]
    [InlineData("ctorch\nFloatStorage\n.")]
    [InlineData("]ctorch\nSize\na.")]
    [InlineData("\u0080\u0009N.")]
    public void A_pickle_that_contradicts_itself_is_damage(string code)
    {
        byte[] pickle = [0x80, 2, .. Encoding.Latin1.GetBytes(code)];
        ErrorOf(() => TorchCheckpoint.Load(Save(CheckpointFile.Checkpoint(pickle)))).Code.ShouldBe(ErrorCodes.CheckpointDamaged);
    }

    [Fact]
    public void Files_of_another_form_are_unreadable()
    {
        void Unreadable(byte[] bytes, string message)
        {
            var path = Save(bytes);
            var error = ErrorOf(() => TorchCheckpoint.Load(path));
            (error.Code, error.File).ShouldBe((ErrorCodes.CheckpointUnreadable, path));
            error.Message.ShouldContain(message);
        }
        Unreadable([0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 2, 0x4D, 0xE9, 3, 0x2E], "before version 1.6");
        Unreadable([], "not a zip archive");
        Unreadable("not a checkpoint at all"u8.ToArray(), "not a zip archive");
        Unreadable(CheckpointFile.Zip(("a.txt", [1])), "no single data.pkl");
        Unreadable(CheckpointFile.Zip(("m/data.pkl", "N."u8.ToArray()), ("m/constants.pkl", "N."u8.ToArray())), "TorchScript");
        ErrorOf(() => TorchCheckpoint.Load(_folder["none.pt"])).Code.ShouldBe(ErrorCodes.CheckpointUnreadable);
    }

    [Fact]
    public void Damaged_archives_are_damage()
    {
        var good = CheckpointFile.Checkpoint(PickleWriter.Write(new StoredTensor("FloatStorage", "0", 4, 0, [4], [1])),
            [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
        TorchCheckpoint.LoadTensor(Save(good)).ElementCount.ShouldBe(4);
        var flipped = (byte[])good.Clone();
        flipped[good.AsSpan().IndexOf((ReadOnlySpan<byte>)[1, 2, 3, 4, 5, 6])] ^= 1;
        ErrorOf(() => TorchCheckpoint.Load(Save(flipped))).Message.ShouldContain("checksum");
        ErrorOf(() => TorchCheckpoint.Load(Save(good[..^30]))).Code.ShouldBe(ErrorCodes.CheckpointDamaged);
        ErrorOf(() => TorchCheckpoint.Load(Save(CheckpointFile.Checkpoint(PickleWriter.Write(new StoredTensor("FloatStorage", "1", 1, 0, [1],
            [1])))))).Message.ShouldContain("data/1");
        ErrorOf(() => TorchCheckpoint.Load(Save(CheckpointFile.Zip(("a/data.pkl", "N."u8.ToArray()), ("a/x", []),
            ("a/x", []))))).Message.ShouldContain("two entries");
        ErrorOf(() => TorchCheckpoint.LoadTensor(Save(CheckpointFile.Checkpoint("N."u8.ToArray())))).Message.ShouldContain("single tensor");
    }

    [Fact]
    public void Naming_a_long_list_again_and_again_does_not_multiply_it()
    {
        var code = new MemoryStream();
        code.Write("("u8);
        for (var i = 0; i < 20_000; i++)
            code.Write([(byte)'X', 1, 0, 0, 0, (byte)'k', (byte)'N', 0x86]);
        code.Write("lq\0"u8);
        for (var i = 0; i < 20_000; i++)
            code.Write([.. "ccollections\nOrderedDict\nh\0"u8, 0x85, (byte)'R', (byte)'0']);
        ErrorOf(() => Load(new RawPickle(code.ToArray()))).Message.ShouldContain("copies more than it holds");
    }

    private object? Load(object? value, params byte[][] storages) => TorchCheckpoint.Load(Save(CheckpointFile.Checkpoint(PickleWriter.Write(value), storages)));

    private string Save(byte[] bytes)
    {
        var path = _folder["x.pt"];
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static byte[] Element(string storage, int value) => storage switch
    {
        "FloatStorage" => BitConverter.GetBytes((float)value),
        "DoubleStorage" => BitConverter.GetBytes((double)value),
        "HalfStorage" => BitConverter.GetBytes((Half)value),
        "BFloat16Storage" => BitConverter.GetBytes((float)value)[2..],
        "LongStorage" => BitConverter.GetBytes((long)value),
        "IntStorage" => BitConverter.GetBytes(value),
        "ShortStorage" => BitConverter.GetBytes((short)value),
        _ => [(byte)value],
    };

    private static AttributionException ErrorOf(Action action) => Should.Throw<AttributionException>(action);

    private static AttributionException ErrorOf(Func<object?> action) => Should.Throw<AttributionException>(() => { action(); });
}
