namespace Attribution.Sdk.Tests.Docs;

public sealed class LinkTests
{
    [Fact]
    public void Every_link_within_the_repository_leads_to_a_file_and_a_heading()
    {
        MarkdownPage.OfRepository.Count.ShouldBeGreaterThan(10);
        foreach (var page in MarkdownPage.OfRepository)
            foreach (var link in page.Links.Where(link => !IsExternal(link)))
            {
                var (path, anchor) = link.Target.Split('#', 2) is [var before, var after] ? (before, after) : (link.Target, null);
                var target = path.Length == 0 ? page.Path : Path.GetFullPath(path, Path.GetDirectoryName(page.Path)!);
                Path.Exists(target).ShouldBeTrue($"{link.Place} links to {link.Target}, which is not there");
                Path.GetRelativePath(SharedData.RepositoryRoot, target).ShouldNotStartWith("..", customMessage: link.Place);
                if (anchor is not null)
                    MarkdownPage.Read(target).Anchors.ShouldContain(anchor, $"{link.Place} links to {link.Target}, which has no such heading");
            }
    }

    [Fact]
    public void Addresses_of_the_web_are_well_formed_which_is_not_to_say_that_they_are_there()
    {
        foreach (var link in MarkdownPage.OfRepository.SelectMany(page => page.Links).Where(IsExternal))
            (Uri.TryCreate(link.Target, UriKind.Absolute, out var address)
                && address is { Scheme: "https", UserInfo: "" }).ShouldBeTrue($"{link.Place}: {link.Target}");
    }

    [Fact]
    public void Every_page_of_the_docs_is_in_their_index()
    {
        var index = MarkdownPage.Read(Builds.Repository.File("sdk/docs/README.md"));
        var pages = MarkdownPage.OfRepository.Where(page => page.Name.StartsWith("sdk/docs/", StringComparison.Ordinal)
            && page.Path != index.Path).Select(page => Path.GetFileName(page.Path));
        pages.ShouldBeSubsetOf(index.Links.Select(link => link.Target));
    }

    [Fact]
    public void Every_page_begins_with_a_title_and_a_paragraph_that_says_what_it_is_for()
    {
        foreach (var page in MarkdownPage.OfRepository)
        {
            var lines = File.ReadLines(page.Path).Take(3).ToArray();
            lines[0].ShouldStartWith("# ", Case.Sensitive, page.Name);
            lines[1].ShouldBeEmpty(page.Name);
            lines[2].Length.ShouldBeGreaterThan(40, $"{page.Name}: {lines[2]}");
            "#|-!`<".Contains(lines[2][0], StringComparison.Ordinal).ShouldBe(lines[2].StartsWith("`dotnet new", StringComparison.Ordinal), page.Name);
        }
    }

    private static bool IsExternal(PageLink link) => link.Target.Contains(':', StringComparison.Ordinal);
}
