using System.Text.RegularExpressions;
using Attribution.Contracts;

namespace Attribution.Sdk.Tests.Generated;

/// <summary>The tables of the SDK's README that are written from the contracts; each stands between a comment of its name and one that ends it.</summary>
internal static partial class ReadmeTables
{
    /// <summary>The page with its tables as they should be.</summary>
    public static string WriteInto(string page) => Table().Replace(page, match =>
        $"<!-- contracts: {match.Groups[1].Value} -->\n{Rows(match.Groups[1].Value)}<!-- end -->");

    /// <summary>What a property is, for people.</summary>
    public static string Describe(IGrouping<string, SettingUse> property) => property.Select(use => ContractDocs.Of(use.Member)).OfType<string>().First()
        + (property.Any(use => use.Property.IsAxis) ? " A list is an axis of the grid." : "");

    /// <summary>The stages that read a property, for people.</summary>
    public static string Readers(IGrouping<string, SettingUse> property)
    {
        var said = property.Select(use => use.Property.ReadBy).OfType<string>().FirstOrDefault();
        var when = property.Select(use => use.Property.When).OfType<string>().FirstOrDefault();
        var readers = said ?? string.Join("; ", Names.Of(typeof(ExperimentKinds)).Select(kind => string.Join(", ", ExperimentStage.Of(kind)
            .Where(stage => property.Any(use => use.Stage == stage)).Select(stage => stage.Name))).Where(stages => stages.Length > 0).Distinct());
        return $"{readers}{(when is null ? "" : $", {when}")}{(said is null && property.First().Property.ChangesNoResult ? "; computes nothing again" : "")}";
    }

    private static string Rows(string table) => string.Concat((table switch
    {
        "stages" => Stages(),
        "properties" => Properties(),
        "items" => Items(),
        "metadata" => Metadata(),
        _ => throw new InvalidOperationException($"There is no table {table}."),
    }).Select(row => $"| {string.Join(" | ", row)} |\n".Replace("|  |", "| |", StringComparison.Ordinal)));

    private static IEnumerable<string[]> Stages()
    {
        yield return ["stage", "what it does", "reads the results of"];
        yield return ["---", "---", "---"];
        foreach (var stage in ExperimentStage.All.Where(stage => stage.Settings != typeof(VerifySnapshotSettings) && stage.Settings != typeof(ReportSettings)))
            yield return [$"`{stage.Name}`", ContractDocs.OfConstant(typeof(StageNames), stage.Name), string.Join(", ", stage.Upstream)];
        yield return [$"`{StageNames.VerifySnapshot}`", ContractDocs.OfConstant(typeof(StageNames), StageNames.VerifySnapshot), StageNames.CollectMetrics];
        yield return [$"`{StageNames.Report}`", ContractDocs.OfConstant(typeof(StageNames), StageNames.Report), "all others"];
    }

    private static IEnumerable<string[]> Properties()
    {
        yield return ["property", "default", "what it is", "read by"];
        yield return ["---", "---", "---", "---"];
        foreach (var property in ProjectSettings.Properties)
            yield return [$"`{property.Key}`", property.Select(use => use.Property.Default).OfType<string>().FirstOrDefault()
                ?? PropertyDefault.Of(property).ToMarkdown(), Describe(property), Readers(property)];
    }

    private static IEnumerable<string[]> Items()
    {
        yield return ["item", "metadata", "what it is"];
        yield return ["---", "---", "---"];
        foreach (var (item, metadata) in ProjectSettings.Items)
            yield return [$"`{item}`", string.Join(", ", metadata.Select(name => $"`{name}`")), ContractDocs.OfConstant(typeof(ProjectItemNames), item)];
    }

    private static IEnumerable<string[]> Metadata()
    {
        yield return ["metadata", "of", "what it is"];
        yield return ["---", "---", "---"];
        foreach (var (name, member, items) in ProjectSettings.Metadata)
            yield return [$"`{name}`", string.Join(", ", items), ContractDocs.Of(member).ShouldNotBeNull($"{name} has no summary.")];
    }

    [GeneratedRegex(@"<!-- contracts: (\w+) -->\n(?:\|[^\n]*\n)*<!-- end -->")]
    private static partial Regex Table();
}
