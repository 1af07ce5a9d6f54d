using System.Text;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data.Vectors;

public sealed class NpyHeaderTests : IDisposable
{
    private const string Good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, Good)]
    [InlineData(2, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}")]
    [InlineData(3, "{ \"shape\": (2,3,), \"descr\":\"<f4\", \"fortran_order\":False }\n")]
    public void Every_way_that_numpy_has_to_write_a_header_is_read(int version, string header)
    {
        var read = NpyHeader.Read(Write(header, dataBytes: 24, version));
        (read.Type, read.Count).ShouldBe((NpyType.Float32, 6));
        read.Shape.ShouldBe([2, 3]);
        new FileInfo(_folder["a.npy"]).Length.ShouldBe(read.DataOffset + 24);
    }

    [Fact]
    public void What_is_written_is_aligned_and_reads_back()
    {
        foreach (var shape in new long[][] { [], [0], [7], [5, 4096], [long.MaxValue / 1000, 0] })
        {
            var bytes = NpyHeader.Write(NpyType.Int8, shape);
            (bytes.Length % 64, bytes[^1]).ShouldBe((0, (byte)'\n'));
            File.WriteAllBytes(_folder["w.npy"], [.. bytes, .. new byte[shape.Aggregate(1L, (a, b) => a * b)]]);
            NpyHeader.Read(_folder["w.npy"]).Shape.ShouldBe(shape);
        }
    }

    [Theory]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }", "'>f4'")]
    [InlineData("{'descr': '|V2', 'fortran_order': False, 'shape': (12,), }", "only <f2, <f4")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", "'|O'")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,), }", "records and objects are not read")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", "ascontiguousarray")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }", "takes 160 bytes, and the file has 152")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }", "written to since")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -3), }", "length of an axis")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296), }", "larger than any file")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "length of an axis")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (6), }", "comma after the only axis")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': 6, }", "no '('")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (6,), }", "True or False")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", "no 'shape'")]
    [InlineData("{'descr': '<f4', 'descr': '<f2', 'fortran_order': False, 'shape': (6,)}", "'descr' twice")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'more': 1}", "'more' which is not known")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} + evil()", "its end")]
    [InlineData("{'descr': '<f4", "plain text")]
    [InlineData("", "no '{'")]
    [InlineData("\0\0\0\0", "no '{'")]
    public void A_header_that_could_be_misread_is_an_error_that_names_the_file(string header, string says) =>
        Refused(Write(header, dataBytes: 24)).ShouldContain(says);

    [Theory]
    [InlineData("", "does not begin as one")]
    [InlineData("PK\u0003\u0004 a zip file", "does not begin as one")]
    [InlineData("\u0093NUMPY\u0009\0vvvvvvvvv", "version 9.0")]
    [InlineData("\u0093NUMPY\u0001\0\u00ff\u00ff{}", "the file does not have")]
    [InlineData("\u0093NUMPY\u0002\0\u00ff\u00ff\u00ff\u00ff{}", "no array of numbers needs")]
    public void A_file_that_is_none_is_an_error(string bytes, string says)
    {
        File.WriteAllBytes(_folder["a.npy"], Encoding.Latin1.GetBytes(bytes));
        Refused(_folder["a.npy"]).ShouldContain(says);
    }

    [Fact]
    public void Cutting_a_file_anywhere_is_noticed()
    {
        var whole = File.ReadAllBytes(Write(Good, dataBytes: 24));
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder["cut.npy"], whole[..length]);
            Refused(_folder["cut.npy"]);
        }
    }

    private static string Refused(string path)
    {
        var error = Should.Throw<AttributionException>(() => NpyHeader.Read(path));
        (error.Code, error.File).ShouldBe((ErrorCodes.NpyInvalid, path));
        return error.Message;
    }

    // As numpy does: padded with spaces, the data aligned to 64 bytes.
    private string Write(string header, int dataBytes, int version = 1)
    {
        var start = version == 1 ? 10 : 12;
        var text = header.PadRight((128 - start) + (header.Length / (128 - start) * 64));
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes(text.Length);
        File.WriteAllBytes(_folder["a.npy"], [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. Encoding.Latin1.GetBytes(text), .. new byte[dataBytes]]);
        return _folder["a.npy"];
    }
}
