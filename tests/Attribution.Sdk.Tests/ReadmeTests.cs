using System.Reflection;
using Attribution.Sdk.Tasks;
using Attribution.Sdk.Tests.Builds;

namespace Attribution.Sdk.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public void The_first_example_names_the_present_version() =>
        File.ReadAllText(Repository.File("sdk/Attribution.Sdk/README.md")).ShouldContain("<Project Sdk=\"Attribution.Sdk/"
            + $"{typeof(RunStage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion}\">");
}
