using System.Text;
using Attribution.Contracts;
using Attribution.Sdk.Tests.Builds;

namespace Attribution.Sdk.Tests.Generated;

/// <summary>
/// The files that say again what the contracts say, and the page that says what a snapshot says: MSBuild, an editor and a reader of the README cannot
/// load an assembly. They are in git, since experiments of this repository import them before anything is built.
/// </summary>
internal static class GeneratedFiles
{
    private const string Sdk = "sdk/Attribution.Sdk/", Folder = $"{Sdk}Sdk/Generated/";

    private const string Header = "<Project>\n  <!-- Written from sdk/Attribution.Contracts by tests/Attribution.Sdk.Tests/Generated. -->\n";

    /// <summary>The files as they should be, by path in the repository.</summary>
    public static IEnumerable<(string Path, string Text)> All()
    {
        yield return ($"{Folder}Properties.props", Props());
        yield return ($"{Folder}{ExperimentKinds.DataSelection}.targets", Targets(ExperimentKinds.DataSelection));
        yield return ($"{Folder}{ExperimentKinds.ContextAttribution}.targets", Targets(ExperimentKinds.ContextAttribution));
        yield return ($"{Sdk}Sdk/Attribution.targets.buildschema.json", BuildSchema.Text());
        var readme = Repository.File($"{Sdk}README.md");
        yield return ($"{Sdk}README.md", ReadmeTables.WriteInto(File.ReadAllText(readme)));
        yield return (BenchmarkTables.Page, BenchmarkTables.WriteInto(File.ReadAllText(Repository.File(BenchmarkTables.Page)),
            File.ReadAllText(Repository.File(BenchmarkTables.Snapshot))));
    }

    private static string Props()
    {
        var text = new StringBuilder(Header).Append("  <PropertyGroup>\n");
        foreach (var property in ProjectSettings.Properties)
            if (PropertyDefault.Of(property) is { Text: { } value })
                AppendDefault(text, property.Key, value);
        text.Append("  </PropertyGroup>\n\n  <!-- Handed to the tasks as they are at last: MSBuild evaluates items after all properties. -->\n  <ItemGroup>\n");
        foreach (var property in ProjectSettings.Properties)
            text.Append($"    <AttributionSetting Include=\"{property.Key}\" Value=\"$({property.Key})\" />\n");
        text.Append("  </ItemGroup>\n\n  <!-- Extension points: a target of the same name in the project takes their place. -->\n");
        foreach (var stage in ExperimentStage.All.Select(stage => stage.Name).Distinct())
            text.Append($"  <Target Name=\"Before{stage}\" />\n  <Target Name=\"After{stage}\" />\n");
        return text.Append("</Project>\n").ToString();
    }

    private static string Targets(string kind)
    {
        var text = new StringBuilder(Header).Append("  <PropertyGroup>\n");
        foreach (var property in ProjectSettings.Properties)
            if (PropertyDefault.Of(property).ByKind.TryGetValue(kind, out var value))
                AppendDefault(text, property.Key, value);
        text.Append("  </PropertyGroup>\n");
        // A step of the project's own before the first stage may make what the stages are then found to read.
        var before = "";
        foreach (var stage in ExperimentStage.Of(kind))
        {
            text.Append(Target(stage, before.Length > 0 ? $"{before};Before{stage.Name}" : $"Before{stage.Name};ListStageFiles"));
            before = stage.Name;
        }
        return text.Append("</Project>\n").ToString();
    }

    private static string Target(ExperimentStage of, string before)
    {
        var stage = of.Name;
        var asked = of.OnlyWith is var (item, include) ? $"'@({item}->WithMetadataValue('Identity', '{include}'))' != ''" : null;
        var (only, also) = asked is null ? ("", "") : ($" Condition=\"{asked}\"", $" and {asked}");
        // The report says what moved when the metrics are not those of the snapshot.
        var onError = stage == StageNames.VerifySnapshot
            ? $"\n    <OnError ExecuteTargets=\"Before{StageNames.Report};Core{StageNames.Report};After{StageNames.Report};TrackResults;ShowResults\" />" : "";
        return $"""

              <Target Name="{stage}" DependsOnTargets="{before};Core{stage};After{stage}" />
              <Target Name="Core{stage}" Inputs="@(StageFile->WithMetadataValue('Stage', '{stage}'))" Outputs="$(AttributionStateFolder){stage}.stamp"{only}>
                <RunStage Stage="{stage}" ProjectFile="$(MSBuildProjectFullPath)" StateFolder="$(AttributionStateFolder)"
                          ExperimentKind="$(ExperimentKind)" Variant="$(Variant)" Library="$(AttributionLibrary)"
                          Worker="$(AttributionWorker)" LibTorchPath="$(AttributionLibTorch)" Threads="$(Threads)" AcceptSnapshot="$(AcceptSnapshot)"
                          Submits="$(AttributionSubmits)">
                  <Output TaskParameter="Ran" PropertyName="{stage}Ran" />
                </RunStage>{onError}
              </Target>
              <Target Name="{stage}UpToDate" AfterTargets="Core{stage}" Condition="'$({stage}Ran)' != 'true'{also}">
                <Say Text="$(MSBuildProjectName): {stage}: up to date" />
              </Target>

            """;
    }

    private static void AppendDefault(StringBuilder text, string name, string value) =>
        text.Append($"    <{name} Condition=\"'$({name})' == ''\">{value}</{name}>\n");
}
