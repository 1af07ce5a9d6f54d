using System.Globalization;
using System.Text;

namespace Attribution.Pipeline.GroundTruth;

/// <summary>
/// The methods that were measured by retraining, as plain text that fits a screen: a section per training and evaluation set, the highest LDS first.
/// </summary>
internal static class LdsTable
{
    private const string Indent = "  ", Between = "  ";
    private const int Longest = 100;

    /// <summary>The table; empty if there are no methods.</summary>
    public static string Of(IReadOnlyList<MeasuredMethod> methods)
    {
        var text = new StringBuilder();
        foreach (var section in LdsRanking.Of(methods))
        {
            var first = section.Methods[0].Lds;
            text.Append(CultureInfo.InvariantCulture, $"LDS, {section.Train} -> {section.Eval}: {first.Subsets} subsets, {first.Seeds} "
                + $"seed{(first.Seeds == 1 ? "" : "s")}\n");
            string[][] lines = [["", "LDS", "by evaluation row "], .. section.Methods.Select(m =>
                (string[])[m.Title, Cell(m.Lds.Lds), Cell(m.Lds.PerRow) + (m.Lds.IsBySetScores ? "*" : " ")])];
            var widths = Enumerable.Range(0, lines[0].Length).Select(c => lines.Max(line => line[c].Length)).ToArray();
            foreach (var line in lines)
                text.Append((Indent + line[0].PadRight(widths[0])
                    + string.Concat(line.Skip(1).Select((cell, c) => Between + cell.PadLeft(widths[c + 1])))).TrimEnd()).Append('\n');
            text.Append(Indent + "* by the scores of the set: the method has none by a single row\n");
            Verdict(text, section.Methods);
        }
        return text.ToString();
    }

    /// <summary>Writes the methods that do not differ significantly from the highest, and those that do not from random scores.</summary>
    private static void Verdict(StringBuilder text, IReadOnlyList<RankedMethod> measured)
    {
        var known = measured.Where(m => m.Lds.Lds.Estimate is not null).ToArray();
        if (known.Length < 2)
            return;
        Say($"not told from {known[0].Title}: ", [.. known.Skip(1).Where(m => !m.IsToldFromFirst).Select(m => m.Title)]);
        if (known.FirstOrDefault(m => m.Title == Results.JobKey.Random) is { } random)
            Say("not told from random: ", [.. known.Where(m => m != random && m.IsToldFromRandom == false).Select(m => m.Title)]);

        void Say(string what, string[] whom)
        {
            var line = Indent + what;
            foreach (var (i, name) in (whom.Length == 0 ? ["none"] : whom).Index())
            {
                var word = name + (i < whom.Length - 1 ? ", " : "");
                if (line.Length + word.TrimEnd().Length > Longest)
                {
                    text.Append(line.TrimEnd()).Append('\n');
                    line = Indent + Indent;
                }
                line += word;
            }
            text.Append(line.TrimEnd()).Append('\n');
        }
    }

    private static string Cell(ReadableInterval? value) => value?.Estimate is not { } estimate ? "-" : value is { Lower: { } lower, Upper: { } upper }
        ? string.Create(CultureInfo.InvariantCulture, $"{estimate:0.000} [{lower:0.00}, {upper:0.00}]")
            : estimate.ToString("0.000", CultureInfo.InvariantCulture);
}
