using System.Security.Cryptography;
using System.Text;

namespace Attribution.Judging.Rules;

/// <summary>The identity of a rule judge: a hash of how it scores and of its cues.</summary>
internal static class RuleIdentity
{
    public static string Of(string scoring, string trait, IReadOnlyList<Cue> cues)
    {
        var text = new StringBuilder().Append(scoring).Append('\n').Append(trait).Append('\n');
        foreach (var cue in cues)
            text.Append(cue.Kind).Append('\t').Append(cue.Weight).Append('\t').Append(cue.Pattern).Append('\n');
        return "rules:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
