using System.Reflection;
using System.Text.RegularExpressions;
using Attribution.Diagnostics;
using Attribution.Sdk.Tests.Builds;

namespace Attribution.Sdk.Tests.Docs;

public sealed partial class ErrorPageTests
{
    private static readonly (string Name, string Code)[] Codes =
        [.. typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (field.Name, (string)field.GetRawConstantValue()!))];

    private readonly string _page = File.ReadAllText(Repository.File("sdk/docs/errors.md"));

    [Fact]
    public void No_two_errors_share_a_code() => Codes.GroupBy(c => c.Code).Where(g => g.Count() > 1).Select(g => string.Join(" and ", g)).ShouldBeEmpty();

    [Fact]
    public void The_page_has_every_code_once_in_order_and_no_other() =>
        Row().Matches(_page).Select(m => m.Groups[1].Value).ShouldBe(Codes.Select(c => c.Code).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_code_has_a_cause_and_a_cure() =>
        Row().Matches(_page).ShouldAllBe(m => m.Groups[2].Length > 10 && m.Groups[3].Length > 5);

    [Fact]
    public void Codes_stand_under_the_heading_of_their_range()
    {
        var heading = "";
        foreach (var line in _page.Split('\n'))
            if (line.StartsWith("## ", StringComparison.Ordinal))
                heading = line[3..5];
            else if (Row().Match(line) is { Success: true } row)
                row.Groups[1].Value.ShouldStartWith($"ATTR{heading}");
    }

    [Fact]
    public void Codes_that_other_pages_mention_exist() =>
        MarkdownPage.OfRepository.SelectMany(page => Code().Matches(File.ReadAllText(page.Path)).Select(m => m.Value)).ShouldBeSubsetOf(Codes.Select(c =>
            c.Code));

    // | `ATTR1001` | cause | cure |
    [GeneratedRegex(@"^\| `(ATTR\d{4})` \| ([^|]+) \| ([^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"ATTR\d{4}")]
    private static partial Regex Code();
}
