using System.Xml.Linq;
using Attribution.Contracts;
using Attribution.Sdk.Experiments;
using Attribution.Sdk.Tests.Builds;
using Attribution.Sdk.Tests.Tasks;
using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tests.Docs;

/// <summary>
/// The projects, and pieces of projects, that the pages show: the SDK reads them as it reads a build's, beside files of the names that they mention. No stage
/// is run.
/// </summary>
public sealed class ProjectSnippetTests
{
    private static readonly string[] OwnNames = ["activation_times_gradient", "exclamations", "questions-and-answers"];

    public static TheoryData<string> Places => [.. Blocks().Select(block => block.Place)];

    [Theory]
    [MemberData(nameof(Places))]
    public void A_project_that_is_shown_is_one_that_the_SDK_takes(string place)
    {
        var root = XElement.Parse($"<Shown>{Blocks().Single(b => b.Place == place).Text}</Shown>");
        var properties = root.Descendants("PropertyGroup").Elements().ToArray();
        var items = root.Descendants().Where(e => e.Attribute("Include") is not null).ToArray();
        using var experiment = new RequestedExperiment();
        if (root.Element("Project") is null && root.Element("Target") is null && properties.Length + items.Length == 0)
            throw new InvalidOperationException($"{place} shows nothing of a project");

        foreach (var property in properties)
            experiment.Settings.Keys.ShouldContain(property.Name.LocalName, place);
        foreach (var item in items)
            Spelling.Items.Keys.ShouldContain(item.Name.LocalName, place);
        if (properties.FirstOrDefault(p => p.Name.LocalName == "ExperimentKind")?.Value is { } kind)
        {
            experiment.SetKind(kind);
            foreach (var names in new[] { experiment.Methods, experiment.SelectionMethods, experiment.Baselines })
                names.Clear();
            experiment.Train.Clear();
            experiment.Eval.Clear();
        }
        foreach (var property in properties)
            experiment.Settings[property.Name.LocalName] = property.Value;
        Fill(experiment.Train, items, "TrainDataset", experiment);
        Fill(experiment.Eval, items, "EvalDataset", experiment);
        Fill(experiment.Contexts, items, "ContextDataset", experiment);
        Name(experiment.Methods, items, "AttributionMethod");
        Name(experiment.SelectionMethods, items, "SelectionMethod");
        Name(experiment.Baselines, items, "Baseline");
        if (OwnNames.Any(name => root.ToString().Contains(name, StringComparison.Ordinal)))
        {
            experiment.Sources.Add("Own.cs");
            experiment.Folder.Write("bin/tiny.dll", "");
        }

        experiment.Write().ShouldBeTrue($"{place}: {string.Join('\n', experiment.Engine.Errors.Select(e => e.Message))}");
        string[] known = [.. Names.Of(typeof(AttributionMethodNames)), .. Names.Of(typeof(PersonaMethodNames)), .. OwnNames];
        experiment.Methods.Concat(experiment.SelectionMethods).ShouldBeSubsetOf(known, place);
    }

    private static IEnumerable<FencedBlock> Blocks() => MarkdownPage.OfRepository.SelectMany(page => page.Blocks).Where(block => block.Language == "xml");

    private static void Fill(List<ITaskItem> datasets, IEnumerable<XElement> items, string kind, RequestedExperiment experiment)
    {
        var shown = items.Where(item => item.Name.LocalName == kind).ToArray();
        if (shown.Length == 0)
            return;
        datasets.Clear();
        foreach (var item in shown)
        {
            var metadata = item.Attributes().Where(a => a.Name.LocalName != "Include").Select(a => (a.Name.LocalName, a.Value)).ToArray();
            metadata.Select(m => m.LocalName).ShouldBeSubsetOf(Spelling.Items[kind]);
            foreach (var file in metadata.Where(m => m.LocalName is "Prompts" or "JudgePrompt" or "PersonaVector" && m.Value != "recipe").Select(m =>
                m.Value).Append(item.Attribute("Include")!.Value))
                experiment.Folder.Write(file, "");
            datasets.Add(RequestedExperiment.Item(item.Attribute("Include")!.Value, metadata));
        }
    }

    private static void Name(List<string> names, IEnumerable<XElement> items, string kind)
    {
        var shown = items.Where(item => item.Name.LocalName == kind).SelectMany(item => item.Attribute("Include")!.Value.Split(';')).ToArray();
        if (shown.Length == 0)
            return;
        names.Clear();
        names.AddRange(shown);
    }
}
