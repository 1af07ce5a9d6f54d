using System.Text;
using Attribution.Diagnostics;
using Attribution.Models.Safetensors;

namespace Attribution.Tests.Models.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_gives_its_tensors_in_place()
    {
        var path = Save(SafetensorsBytes.File(
            Encoding.UTF8.GetBytes(
                """{"__metadata__":{"format":"pt"},"b":{"dtype":"I16","shape":[2,1],"data_offsets":[1,5]}"""
                + ""","a":{"data_offsets":[0,1],"shape":[],"dtype":"BOOL"}"""
                + ""","none":{"dtype":"F32","shape":[0,7],"data_offsets":[1,1]}}  """),
            [1, 2, 3, 4, 5]));

        using var file = SafetensorsFile.Open(path);

        file.Metadata.ShouldBe(new Dictionary<string, string> { ["format"] = "pt" });
        file.Entries.Select(e => e.Name).ShouldBe(["a", "none", "b"]);
        file["b"].DType.ShouldBe(SafetensorsDType.I16);
        file["b"].Shape.ShouldBe([2, 1]);
        Bytes(file, "a").ShouldBe([1]);
        Bytes(file, "b").ShouldBe([2, 3, 4, 5]);
        Bytes(file, "none").ShouldBeEmpty();
    }

    [Theory]
    // The header itself.
    [InlineData("[]", 0, ErrorCodes.SafetensorsHeader, null)]
    [InlineData("", 0, ErrorCodes.SafetensorsHeader, null)]
    [InlineData(" {}", 0, ErrorCodes.SafetensorsHeader, null)]
    [InlineData("{", 0, ErrorCodes.SafetensorsHeader, null)]
    [InlineData("{}x", 0, ErrorCodes.SafetensorsHeader, null)]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}""", 1, ErrorCodes.SafetensorsHeader, null)]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, ErrorCodes.SafetensorsHeader, "__metadata__")]
    [InlineData("""{"__metadata__":{"a":"","a":""}}""", 0, ErrorCodes.SafetensorsHeader, "__metadata__")]
    [InlineData("""{"__metadata__":[]}""", 0, ErrorCodes.SafetensorsHeader, "__metadata__")]
    [InlineData("""{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[],"data_offsets":[1,2]}}""",
        2, ErrorCodes.SafetensorsHeader, "a")]
    // One tensor's description.
    [InlineData("""{"a":7}""", 0, ErrorCodes.SafetensorsHeader, "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1]}}""", 1, ErrorCodes.SafetensorsHeader, "a")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, ErrorCodes.SafetensorsHeader, "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"strides":[1]}}""", 1, ErrorCodes.SafetensorsHeader, "a")]
    [InlineData("""{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 4, ErrorCodes.SafetensorsHeader, "a")]
    [InlineData("""{"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}}""", 4, ErrorCodes.SafetensorsHeader, "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":1,"data_offsets":[0,1]}}""", 1, ErrorCodes.SafetensorsHeader, "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1, ErrorCodes.SafetensorsHeader, "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}""", 1, ErrorCodes.SafetensorsHeader, "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}""", 1, ErrorCodes.SafetensorsHeader, "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,1]}}""", 1, ErrorCodes.SafetensorsHeader, "a")]
    // Sizes and places.
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", 1, ErrorCodes.SafetensorsLayout, "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""", 1, ErrorCodes.SafetensorsLayout, "a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, ErrorCodes.SafetensorsLayout, "a")]
    [InlineData("""{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}""", 2, ErrorCodes.SafetensorsLayout, "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, ErrorCodes.SafetensorsLayout, "a")]
    [InlineData("""{"a":{"dtype":"U64","shape":[2305843009213693952],"data_offsets":[0,0]}}""", 0, ErrorCodes.SafetensorsLayout, "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}""", 8, ErrorCodes.SafetensorsLayout, "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[9223372036854775806,9223372036854775807]}}""", 1, ErrorCodes.SafetensorsLayout, "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""",
        3, ErrorCodes.SafetensorsLayout, "b")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""",
        3, ErrorCodes.SafetensorsLayout, "b")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 2, ErrorCodes.SafetensorsLayout, null)]
    [InlineData("{}", 1, ErrorCodes.SafetensorsLayout, null)]
    public void A_malformed_file_is_an_error_that_names_file_and_tensor(string header, int dataBytes, string code, string? tensor)
    {
        var path = Save(SafetensorsBytes.File(header, dataBytes));

        var error = Should.Throw<AttributionException>(() => SafetensorsFile.Open(path));

        error.Code.ShouldBe(code);
        error.File.ShouldBe(path);
        error.Property.ShouldBe(tensor);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}' })]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, (byte)'{', (byte)'}' })]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 127, (byte)'{', (byte)'}' })]
    [InlineData(new byte[] { 7, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    public void A_truncated_file_an_absurd_length_and_bytes_that_are_no_text_are_errors(byte[] bytes)
    {
        var path = Save(bytes);

        var error = Should.Throw<AttributionException>(() => SafetensorsFile.Open(path));

        error.Code.ShouldBe(ErrorCodes.SafetensorsHeader);
        error.File.ShouldBe(path);
    }

    [Fact]
    public void A_header_over_the_limit_is_an_error_before_it_is_read()
    {
        var path = _folder["model.safetensors"];
        using (var stream = File.Create(path))
        {
            stream.Write(BitConverter.GetBytes(100_000_001L));
            stream.SetLength(100_000_100);
        }

        Should.Throw<AttributionException>(() => SafetensorsFile.Open(path)).Message.ShouldContain("limit");
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error()
    {
        Should.Throw<AttributionException>(() => SafetensorsFile.Open(_folder["gone.safetensors"])).Code.ShouldBe(ErrorCodes.SafetensorsUnreadable);
        Should.Throw<AttributionException>(() => SafetensorsFile.Open(_folder.Path)).Code.ShouldBe(ErrorCodes.SafetensorsUnreadable);
    }

    [Fact]
    public void A_missing_tensor_is_an_error_that_names_it()
    {
        using var file = SafetensorsFile.Open(Save(SafetensorsBytes.File("{}", 0)));

        var error = Should.Throw<AttributionException>(() => file.Map("lm_head.weight"));

        error.Code.ShouldBe(ErrorCodes.TensorMissing);
        error.Property.ShouldBe("lm_head.weight");
        file.Find("lm_head.weight").ShouldBeNull();
    }

    [Fact]
    public void A_view_outlives_its_file_and_no_view_is_given_after()
    {
        var file = SafetensorsFile.Open(Save(SafetensorsBytes.File("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"""u8.ToArray(), [1, 2, 3, 4])));
        using var view = file.Map("a");

        file.Dispose();
        File.Delete(_folder["model.safetensors"]);

        view.Span.ToArray().ShouldBe([1, 2, 3, 4]);
        Should.Throw<ObjectDisposedException>(() => file.Map("a"));
        view.Dispose();
        Should.Throw<ObjectDisposedException>(() => view.Span.Length);
    }

    [Fact]
    public unsafe void Writing_through_a_view_leaves_the_file_alone()
    {
        var path = Save(SafetensorsBytes.File("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"""u8.ToArray(), [7]));
        using (var file = SafetensorsFile.Open(path))
        using (var view = file.Map("a"))
        {
            *view.Pointer = 9;
            view.Span.ToArray().ShouldBe([9]);
        }

        File.ReadAllBytes(path)[^1].ShouldBe((byte)7);
    }

    [Fact]
    public void A_file_larger_than_memory_opens_and_is_then_only_read()
    {
        const long Size = 1L << 41;
        var header =
            $$$"""{"a":{"dtype":"U8","shape":[{{{Size}}}],"data_offsets":[0,{{{Size}}}]}"""
            + $$$""","b":{"dtype":"U8","shape":[1],"data_offsets":[{{{Size}}},{{{Size + 1}}}]}}""";
        var path = Save(SafetensorsBytes.File(header, 0));
        using (var stream = File.OpenWrite(path))
        {
            stream.Position = stream.Length + Size;
            stream.WriteByte(7);
        }
        using var file = SafetensorsFile.Open(path);
        using var view = file.Map("b");

        view.IsWritable.ShouldBeFalse();
        view.Span.ToArray().ShouldBe([7]);
    }

    private static byte[] Bytes(SafetensorsFile file, string name)
    {
        using var view = file.Map(name);
        return view.Span.ToArray();
    }

    private string Save(byte[] bytes)
    {
        var path = _folder["model.safetensors"];
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
