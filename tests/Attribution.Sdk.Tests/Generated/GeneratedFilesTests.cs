using Attribution.Sdk.Tests.Builds;

namespace Attribution.Sdk.Tests.Generated;

public sealed class GeneratedFilesTests
{
    private const string Write = "ATTRIBUTION_WRITE_GENERATED";

    [Fact]
    public void What_is_written_from_the_contracts_says_what_they_say()
    {
        foreach (var (path, text) in GeneratedFiles.All())
        {
            var file = Repository.File(path);
            if (Environment.GetEnvironmentVariable(Write) is not null)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, text);
            }
            (File.Exists(file) ? File.ReadAllText(file) : "").ShouldBe(text,
                $"{path} is not current. This writes it: dotnet test tests/Attribution.Sdk.Tests --filter {nameof(GeneratedFilesTests)} -e {Write}=1");
        }
    }
}
