using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Attribution.Data.Store;
using Attribution.Pipeline.Plugins;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Attribution.Worker.Tests.Stages;

public sealed class ClassHashTests : IDisposable
{
    private const string Source = """
        public sealed class Method
        {
            private static readonly byte[] Table = [1, 2, 3, 4, 5, 6, 7, 8, 9];
            public int Run(string name) => Helper.Twice(Table[3])
                + name switch { "a" => 1, "b" => 2, "c" => 3, "d" => 4, "e" => 5, "f" => 6, "g" => 7, _ => 0 };
        }
        public static class Helper { public static int Twice(int x) => 2 * x; }
        public sealed class Judge
        {
            private static readonly byte[] Table = [9, 8, 7, 6, 5, 4, 3, 2, 1];
            public System.Func<int, int> Score() => x => x + Table[0];
        }
        """;

    private readonly TemporaryFolder _folder = new();
    private int _count;

    [Theory]
    [InlineData("", "", "")]
    [InlineData("x + Table[0]", "x - Table[0]", "Judge")]
    [InlineData("[9, 8, 7", "[9, 8, 8", "Judge")]
    [InlineData("2 * x", "3 * x", "Method")]
    [InlineData("[1, 2, 3", "[1, 2, 4", "Method")]
    [InlineData("\"d\" => 4", "\"d\" => 8", "Method")]
    [InlineData("public sealed class Judge", "public sealed class Other { } public sealed class Judge", "")]
    public void An_edit_changes_the_hash_of_the_classes_that_reach_it(string before, string after, string changed)
    {
        var (one, two) = (Compile(Source), Compile(before.Length == 0 ? Source : Source.Replace(before, after, StringComparison.Ordinal)));
        string[] different = [.. new[] { "Method", "Judge" }.Where(name => ClassHash.Of(one.GetType(name)!) != ClassHash.Of(two.GetType(name)!))];
        string.Join(' ', different).ShouldBe(changed);
    }

    [Fact]
    public void A_resource_of_the_assembly_counts_for_each_of_its_classes()
    {
        var hashes = new[] { null, "99", "42", "42" }.Select(text => ClassHash.Of(Compile(Source, text).GetType("Judge")!)).ToArray();
        hashes[..3].Distinct().Count().ShouldBe(3);
        hashes[3].ShouldBe(hashes[2]);
    }

    public void Dispose() => _folder.Dispose();

    private Assembly Compile(string source, string? resource = null)
    {
        var path = _folder[$"{_count++}/Own.dll"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        CSharpCompilation.Create("Own", [CSharpSyntaxTree.ParseText(source)], [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)],
            new(OutputKind.DynamicallyLinkedLibrary, deterministic: true))
            .Emit(path, manifestResources: resource is null ? [] : [new("words.txt", () => new MemoryStream(Encoding.UTF8.GetBytes(resource)), isPublic: true)])
            .Success.ShouldBeTrue();
        return new AssemblyLoadContext(path, isCollectible: true).LoadFromAssemblyPath(path);
    }
}
