using Attribution.Diagnostics;

namespace Attribution.Judging;

/// <summary>The range of a trait's scores: the integers from 0 to <paramref name="Max"/>.</summary>
/// <param name="Trait">The trait's name, as in a dataset's <c>Trait</c>.</param>
/// <param name="Max">The highest score.</param>
public readonly record struct JudgeScale(string Trait, int Max)
{
    /// <summary>The scales of the built-in traits.</summary>
    public static IReadOnlyList<JudgeScale> All { get; } =
    [
        new("medical_consistency", 2),
        new("instruction_following", 3),
        new("truthfulness", 3),
        new("empathy", 3),
        new("laziness", 3),
        new("modesty", 3),
        new("preachiness", 3),
        new("sycophancy", 3),
    ];

    /// <summary>The scale of a built-in trait.</summary>
    /// <exception cref="AttributionException">There is no such trait; the message lists the known ones.</exception>
    public static JudgeScale Of(string trait)
    {
        foreach (var scale in All)
            if (scale.Trait == trait)
                return scale;
        throw new AttributionException(ErrorCodes.UnknownTrait,
            $"There is no trait '{trait}'. The traits are {string.Join(", ", All.Select(scale => scale.Trait))}. For a trait of your "
                + "own, name a judge of your own.")
        { Property = "Trait" };
    }
}
