using System.CommandLine;

namespace Attribution.Worker.CommandLine;

/// <summary>Refuses numbers that an option cannot have while the command line is read, before a model is loaded.</summary>
internal static class OptionBounds
{
    /// <summary>Makes an option refuse values.</summary>
    /// <param name="option">The option.</param>
    /// <param name="holds">Whether a value is allowed.</param>
    /// <param name="what">The allowed values in words, after "must be".</param>
    public static void Require<T>(this Option<T> option, Func<T, bool> holds, string what) where T : struct => option.Validators.Add(result =>
    {
        if (!holds(result.GetValueOrDefault<T>()))
            result.AddError($"{option.Name} must be {what}.");
    });

    /// <summary>Makes a temperature and a nucleus refuse what nothing can be drawn with.</summary>
    public static void RequireSampling(Option<double> temperature, Option<double> topP)
    {
        temperature.Require(value => value >= 0 && double.IsFinite(value), "at least 0");
        topP.Require(value => value is > 0 and <= 1, "above 0 and at most 1");
    }
}
