using System.Text.RegularExpressions;
using Attribution.Contracts;
using Attribution.Data.Vectors;
using Attribution.Sdk.Tests.Builds;
using Attribution.Selection;

namespace Attribution.Sdk.Tests.Docs;

public sealed partial class MethodPageTests
{
    [Fact]
    public void The_page_of_methods_has_a_row_for_every_name_there_is_and_for_no_other()
    {
        var names = Names.Of(typeof(AttributionMethodNames)).Where(name =>
            name != AttributionMethodNames.Trak).Concat(Names.Of(typeof(PersonaMethodNames))).Concat(Names.Of(typeof(BaselineNames)))
            .Concat(Enum.GetValues<ScoringMethod>().Select(method => method.ToName())).Concat(VectorFormats.Names);
        var page = File.ReadAllText(Repository.File("sdk/docs/methods.md"));
        Row().Matches(page).Select(row => row.Groups[1].Value).Order().ShouldBe(names.Order());
        page.ShouldContain($"## `{AttributionMethodNames.Trak}`");
        page.ShouldContain($"## `{TrainedMethodNames.Less}`");
    }

    // | `name` | ... or | `name` (default) | ...
    [GeneratedRegex(@"^\| `([a-z][\w-]*)`(?: \(default\))? \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
