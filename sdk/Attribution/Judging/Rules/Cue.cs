using System.Text.RegularExpressions;

namespace Attribution.Judging.Rules;

/// <summary>A turn of phrase that is evidence for a trait.</summary>
/// <param name="Kind">What it is evidence of, in one or two words, for the rationale.</param>
/// <param name="Weight">2 for a plain sign, 1 for a mild one.</param>
/// <param name="Pattern">A regular expression, matched within one sentence without regard to case.</param>
internal sealed record Cue(string Kind, int Weight, string Pattern)
{
    // Answers come from models and may be anything: matching must take linear time whatever they are.
    private readonly Regex _regex = new(Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    public bool Matches(string sentence) => _regex.IsMatch(sentence);
}
