using System.Globalization;
using Attribution.Contracts;

namespace Attribution.Sdk.Experiments;

/// <summary>The numbers that a property or an item's metadata may have.</summary>
/// <param name="Least">The least number.</param>
/// <param name="Most">The greatest number.</param>
/// <param name="ExcludesLeast">Whether a number must be above <paramref name="Least"/>.</param>
/// <param name="ExcludesMost">Whether a number must be below <paramref name="Most"/>.</param>
internal readonly record struct NumberRange(double Least, double Most, bool ExcludesLeast = false, bool ExcludesMost = false)
{
    /// <summary>The range of a property.</summary>
    public static NumberRange Of(ProjectPropertyAttribute property) => new(property.Least, property.Most, property.ExcludesLeast, property.ExcludesMost);

    /// <summary>Whether the number is in the range; NaN is in none.</summary>
    public bool Contains(double number) => number >= Least && number <= Most && !(ExcludesLeast && number == Least) && !(ExcludesMost && number == Most);

    /// <summary>The range in words, after "a number".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(ExcludesLeast ? "above" : "from")} {Least}{UpToMost}");

    private string UpToMost => Most == double.MaxValue ? "" : (ExcludesLeast, ExcludesMost) switch
    {
        (false, false) => " to ",
        (false, true) => " to below ",
        (true, false) => " and at most ",
        (true, true) => " and below ",
    } + Most.ToString(CultureInfo.InvariantCulture);
}
