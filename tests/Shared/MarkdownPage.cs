using System.Text;
using System.Text.RegularExpressions;

namespace Attribution.Tests;

/// <summary>A fenced block of a page.</summary>
/// <param name="Language">What follows the fence: <c>sh</c>, <c>xml</c>, <c>csharp</c>, <c>sql</c>, <c>json</c>, <c>text</c>.</param>
/// <param name="Text">Its lines.</param>
/// <param name="Place">The page and the line of the fence.</param>
internal sealed record FencedBlock(string Language, string Text, string Place);

/// <summary>A link of a page.</summary>
internal sealed record PageLink(string Target, string Place);

/// <summary>A page of the repository in Markdown, as far as tests of the docs read it.</summary>
internal sealed partial class MarkdownPage
{
    private MarkdownPage(string path)
    {
        Path = path;
        var (blocks, links, anchors) = (new List<FencedBlock>(), new List<PageLink>(), new List<string>());
        var lines = File.ReadAllLines(path);
        for (var i = 0; i < lines.Length; i++)
        {
            if (Fence().Match(lines[i]) is { Success: true } fence)
            {
                var (start, text) = (i + 1, new StringBuilder());
                while (++i < lines.Length && lines[i] != fence.Groups[1].Value)
                    text.Append(lines[i]).Append('\n');
                blocks.Add(new(fence.Groups[2].Value, text.ToString(), $"{Name}:{start}"));
                continue;
            }
            if (Heading().Match(lines[i]) is { Success: true } heading)
                anchors.Add(Anchor(heading.Groups[1].Value, anchors));
            foreach (Match link in Link().Matches(CodeSpan().Replace(lines[i], "`")))
                links.Add(new(link.Groups[1].Value, $"{Name}:{i + 1}"));
        }
        (Blocks, Links, Anchors) = (blocks, links, anchors);
    }

    public string Path { get; }

    /// <summary>The path in the repository.</summary>
    public string Name => System.IO.Path.GetRelativePath(SharedData.RepositoryRoot, Path).Replace('\\', '/');

    public IReadOnlyList<FencedBlock> Blocks { get; }

    public IReadOnlyList<PageLink> Links { get; }

    /// <summary>The anchors of its headings, as GitHub makes them.</summary>
    public IReadOnlyList<string> Anchors { get; }

    public static MarkdownPage Read(string path) => new(System.IO.Path.GetFullPath(path));

    /// <summary>The pages for people: the repository's, but no prompts for models and nothing that a build made.</summary>
    public static IReadOnlyList<MarkdownPage> OfRepository { get; } = [.. RepositoryFiles.Of(".md").Select(Read)];

    /// <summary>The commands of all blocks of <c>sh</c>, without comments: a line each, or several with <c>\</c> at their ends.</summary>
    public static IEnumerable<(string Command, string Place)> Commands => OfRepository.SelectMany(page => page.Blocks).Where(block => block.Language == "sh")
        .SelectMany(block => LinesOf(block).Where(line => line.Length > 0 && line[0] != '#').Select(line => (line, block.Place)));

    /// <summary>
    /// The words of a command as a shell has them: quotes are taken off, settings of the environment before it left out, and what follows <c>&gt;</c> or
    /// <c>#</c>.
    /// </summary>
    public static string[] Words(string command) =>
        [.. Word().Matches(command).Select(match => match.Value).TakeWhile(word => word is not (">" or "#")).Select(word =>
            Quoted().Replace(word, match => match.Value[1..^1])).SkipWhile(word => Setting().IsMatch(word))];

    private static string[] LinesOf(FencedBlock block) => block.Text.Replace("\\\n", "", StringComparison.Ordinal).Split('\n');

    private static string Anchor(string heading, List<string> before)
    {
        var plain = Link().Replace(heading, match => match.Value[1..match.Value.IndexOf(']')]);
        var anchor = new string([.. plain.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c)]);
        var again = before.Count(other => other == anchor);
        return again == 0 ? anchor : $"{anchor}-{again}";
    }

    [GeneratedRegex(@"^(`{3,})(\w*)\s*$")]
    private static partial Regex Fence();

    [GeneratedRegex(@"^#{1,6} (.+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex("""(?:[^\s"']|"[^"]*"|'[^']*')+""")]
    private static partial Regex Word();

    [GeneratedRegex(@"'[^']*'|""[^""]*""")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^[A-Z_]+=")]
    private static partial Regex Setting();
}
