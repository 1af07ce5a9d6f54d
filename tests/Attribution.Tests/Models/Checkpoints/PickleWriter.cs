using System.Buffers.Binary;
using System.Text;

namespace Attribution.Tests.Models.Checkpoints;

/// <summary>Pickles of protocol 2 as <c>torch.save</c> writes them: everything put into the memo, storages as persistent ids.</summary>
internal sealed class PickleWriter
{
    private readonly MemoryStream _bytes = new();
    private int _memo;

    /// <summary>
    /// The pickle of a value: null, bool, int, double, string, byte[], a tuple (object[]), a list, a dictionary, a tensor, or raw bytes of a pickle.
    /// </summary>
    public static byte[] Write(object? value)
    {
        var writer = new PickleWriter();
        writer.Raw([0x80, 2]);
        writer.Value(value);
        writer.Raw("."u8);
        return writer._bytes.ToArray();
    }

    private void Value(object? value)
    {
        switch (value)
        {
            case null:
                Raw("N"u8);
                break;
            case bool truth:
                Raw([(byte)(truth ? 0x88 : 0x89)]);
                break;
            case int number and >= 0 and < 256:
                Raw([(byte)'K', (byte)number]);
                break;
            case int number:
                Raw("J"u8);
                Little(number);
                break;
            case double number:
                Raw("G"u8);
                var big = new byte[8];
                BinaryPrimitives.WriteDoubleBigEndian(big, number);
                Raw(big);
                break;
            case string text:
                Raw("X"u8);
                var utf8 = Encoding.UTF8.GetBytes(text);
                Little(utf8.Length);
                Raw(utf8);
                Put();
                break;
            case byte[] bytes:
                Global("_codecs", "encode");
                Value(new object?[] { Encoding.Latin1.GetString(bytes), "latin1" });
                Raw("R"u8);
                Put();
                break;
            case object?[] tuple:
                Tuple(tuple);
                break;
            case List<object?> list:
                Raw("]"u8);
                Put();
                Raw("("u8);
                list.ForEach(Value);
                Raw("e"u8);
                break;
            case StateDictionary state:
                Global("collections", "OrderedDict");
                Raw(")R"u8);
                Put();
                Items(state);
                // module.state_dict() has an attribute.
                Value(new Dictionary<object, object?>
                {
                    ["_metadata"] = new Dictionary<object,
                    object?>
                    { [""] = new Dictionary<object, object?> { ["version"] = 1 } }
                });
                Raw("b"u8);
                break;
            case Dictionary<object, object?> dictionary:
                Raw("}"u8);
                Put();
                Items(dictionary);
                break;
            case StoredTensor tensor:
                TensorOf(tensor);
                break;
            case RawPickle raw:
                Raw(raw.Code);
                break;
            default:
                throw new ArgumentException($"{value.GetType()}");
        }
    }

    private void TensorOf(StoredTensor tensor)
    {
        Global("torch._utils", "_rebuild_tensor_v2");
        Raw("(("u8);
        Value("storage");
        Global("torch", tensor.StorageClass);
        Value(tensor.Key);
        Value(tensor.Location);
        Value(tensor.Elements);
        Raw("t"u8);
        Put();
        Raw("Q"u8);
        Value(tensor.Offset);
        Tuple([.. tensor.Shape.Select(size => (object)size)]);
        Tuple([.. tensor.Strides.Select(stride => (object)stride)]);
        Value(false);
        Global("collections", "OrderedDict");
        Raw(")R"u8);
        Put();
        Raw("tR"u8);
        Put();
    }

    private void Items(Dictionary<object, object?> dictionary)
    {
        if (dictionary.Count == 0)
            return;
        Raw("("u8);
        foreach (var (key, value) in dictionary)
        {
            Value(key);
            Value(value);
        }
        Raw("u"u8);
    }

    private void Tuple(object?[] tuple)
    {
        if (tuple.Length > 3)
            Raw("("u8);
        foreach (var value in tuple)
            Value(value);
        Raw([(byte)(tuple.Length switch { 0 => ')', 1 => '\x85', 2 => '\x86', 3 => '\x87', _ => 't' })]);
        if (tuple.Length > 0)
            Put();
    }

    private void Global(string module, string name)
    {
        Raw(Encoding.UTF8.GetBytes($"c{module}\n{name}\n"));
        Put();
    }

    private void Put() => Raw([(byte)'q', (byte)_memo++]);

    private void Little(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        Raw(bytes);
    }

    private void Raw(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    /// <summary>A tensor over a storage of the archive.</summary>
    public sealed record StoredTensor(string StorageClass, string Key, int Elements, int Offset, int[] Shape, int[] Strides, string Location = "cpu");

    /// <summary>An OrderedDict with the attribute that a module's state_dict has.</summary>
    public sealed class StateDictionary : Dictionary<object, object?>;

    /// <summary>Instructions put in as they are.</summary>
    public sealed record RawPickle(byte[] Code);
}
