using System.Globalization;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Diagnostics;

namespace Attribution.Sdk.Experiments;

/// <summary>The settings in a project's GroundTruth items.</summary>
internal sealed class GroundTruthItems
{
    private const string Item = ProjectItemNames.GroundTruth;

    private readonly int[] _ks = [];

    /// <param name="project">The project.</param>
    /// <param name="properties">Parses numbers.</param>
    /// <param name="problems">Receives the errors in them.</param>
    public GroundTruthItems(ProjectInputs project, PropertyReader properties, ProblemList problems)
    {
        var (items, known) = (project.Items(Item), Names.Of(typeof(GroundTruthNames)));
        foreach (var item in items.Where(item => !known.Contains(item.Include)))
            problems.Add(new(ErrorCodes.ValueInvalid, $"There is no ground truth '{item.Include}'. Use {string.Join(" or ", known)}.", Item,
                item.Include));
        foreach (var twice in items.GroupBy(item => item.Include).Where(group => group.Count() > 1))
            problems.Add(new(ErrorCodes.ValueInvalid, $"There are two {Item} items {twice.Key}. Write one.", Item, twice.Key));
        if (items.FirstOrDefault(item => item.Include == GroundTruthNames.Lds) is { } lds)
        {
            // A rank correlation of fewer means nothing.
            Subsets = (int)(properties.Whole($"{GroundTruthMetadataNames.Subsets} of {Item} {lds.Include}", lds.Text(GroundTruthMetadataNames.Subsets), 4,
                100_000, Item,
                lds.Include) ?? Subsets);
            RetrainSeeds = lds.Text(GroundTruthMetadataNames.RetrainSeeds) is { } seeds ? List(lds, GroundTruthMetadataNames.RetrainSeeds, seeds, 0) : null;
            Reject(lds, GroundTruthMetadataNames.Ks, GroundTruthNames.KCurve);
        }
        if (items.FirstOrDefault(item => item.Include == GroundTruthNames.KCurve) is not { } curve)
            return;
        foreach (var other in (string[])[GroundTruthMetadataNames.Subsets, GroundTruthMetadataNames.RetrainSeeds])
            Reject(curve, other, GroundTruthNames.Lds);
        if (curve.Text(GroundTruthMetadataNames.Ks) is { } ks)
            _ks = [.. List(curve, GroundTruthMetadataNames.Ks, ks, 1).Select(k => (int)Math.Min(k, int.MaxValue))];
        else
            problems.Add(new(ErrorCodes.PropertyMissing, $"{Item} {curve.Include} does not say at which k. Add Ks=\"25;50;100\".", Item, curve.Include));

        long[] List(ProjectItem item, string name, string text, long least) =>
            [.. text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => properties.Whole($"{name} of {Item} {item.Include}", part, least, long.MaxValue, Item, item.Include) ?? least).Distinct()];

        void Reject(ProjectItem item, string name, string reader)
        {
            if (item.Text(name) is { } text)
                problems.Add(new(ErrorCodes.ValueInvalid,
                    string.Create(CultureInfo.InvariantCulture, $"{Item} {item.Include} has {name}=\"{text}\", which only {reader} reads. Remove it."), Item,
                        item.Include));
        }
    }

    /// <summary>The number of subsets to train on.</summary>
    public int Subsets { get; } = new RetrainSubsetsSettings { Model = "" }.Subsets;

    /// <summary>The seeds to train them with; null for the experiment's.</summary>
    public long[]? RetrainSeeds { get; }

    /// <summary>Adds the selections of a k-curve: every k, from both ends of the ranking.</summary>
    public SelectTrainingDataSettings WithCurve(SelectTrainingDataSettings settings) => _ks.Length == 0 ? settings : settings with
    {
        TopK = [.. settings.TopK.Concat(_ks).Distinct()],
        Ends = [RankingEndNames.Top, RankingEndNames.Bottom],
    };
}
