using Attribution.Diagnostics;
using Attribution.Models;

namespace Attribution.ContextAttribution;

/// <summary>
/// One generation to attribute to pieces of the text before it (arXiv 2504.13752, section 2). S sources, U units. For a context, the sources are ranges of the
/// prompt; for a reasoning model's thoughts, they lie in the generation itself, before the final answer.
/// </summary>
public sealed class AttributionTask
{
    /// <summary>Creates a task and checks that its ranges fit together.</summary>
    /// <param name="tokens">The prompt and the generation, without the generation's end token.</param>
    /// <param name="target">The part of the generation to attribute, with at least one token and at least one token before it.</param>
    /// <param name="sources">The ranges to attribute to: at least one, none empty, in order, disjoint, all before the target.</param>
    /// <param name="units">The target's pieces (sentences), none empty, each in the target, in any order. A task without units cannot be scored and is left out
    /// of training.</param>
    /// <exception cref="AttributionException">ATTR1450: a range breaks one of these rules.</exception>
    public AttributionTask(IReadOnlyList<int> tokens, TokenRange target, IReadOnlyList<TokenRange> sources, IReadOnlyList<TokenRange> units)
    {
        if (target.Start < 1 || target.Length < 1 || target.End > tokens.Count)
            throw Invalid($"The target {target} must have at least one token, stand after at least one, and lie in the sequence of {tokens.Count}.");
        if (sources.Count == 0)
            throw Invalid("There is no source to attribute to: the context is empty, or none of its pieces maps to a token.");
        var end = 0;
        foreach (var (index, source) in sources.Index())
        {
            if (source.Length < 1)
                throw Invalid($"Source {index}, {source}, is empty: leave out sources without a token.");
            if (source.Start < end)
                throw Invalid($"Source {index}, {source}, begins before {end}, where the one before it ends: sources are in order and disjoint.");
            if ((end = source.End) > target.Start)
                throw Invalid($"Source {index}, {source}, reaches into the target {target}: sources stand before it.");
        }
        foreach (var (index, unit) in units.Index())
            if (unit.Length < 1 || !target.Contains(unit))
                throw Invalid($"Unit {index}, {unit}, must have at least one token and lie in the target {target}.");
        (Tokens, Target, Sources, Units) = ([.. tokens], target, [.. sources], [.. units]);
    }

    /// <summary>The prompt and the generation, without its end token.</summary>
    public IReadOnlyList<int> Tokens { get; }

    /// <summary>The tokens whose probability is explained.</summary>
    public TokenRange Target { get; }

    /// <summary>The S ranges that may be ablated, in order.</summary>
    public IReadOnlyList<TokenRange> Sources { get; }

    /// <summary>The U pieces of the target that get scores and outputs.</summary>
    public IReadOnlyList<TokenRange> Units { get; }

    /// <summary>The same task with other units.</summary>
    /// <exception cref="AttributionException">ATTR1450: a unit is empty or not in the target.</exception>
    public AttributionTask WithUnits(params IReadOnlyList<TokenRange> units) => new(Tokens, Target, Sources, units);

    /// <summary>The number of tokens that the model reads. The last token of the target is only predicted.</summary>
    internal int InputLength => Target.End - 1;

    /// <summary>Throws unless the model can read the sequence.</summary>
    /// <exception cref="AttributionException">ATTR1291: a token is not in the vocabulary. ATTR1450: the sequence is longer than the model's
    /// longest.</exception>
    internal void RequireFits(ModelConfig model)
    {
        if (Target.End > model.MaxPositions)
            throw Invalid($"The sequence has {Target.End} tokens to the end of the target, and the model's longest is {model.MaxPositions}: "
                + "shorten the context or the query.");
        foreach (var (place, token) in Tokens.Index())
            if (token < 0 || token >= model.VocabularySize)
                throw new AttributionException(ErrorCodes.TokenOutOfRange,
                    $"Token {token}, at place {place} of the sequence, is not one of the model's {model.VocabularySize}.");
    }

    private static AttributionException Invalid(string message) => new(ErrorCodes.AttributionTaskInvalid, message);
}

/// <summary>
/// The training data of an estimator from one example: U units, M ablations, F features. <c>Features[u, m]</c> is <c>sum_s (2 mask[m, s] - 1) f[u, s]</c> with
/// the attention f of the un-ablated pass; <c>Outputs[u, m]</c> is the logit of the unit's probability under ablation m.
/// </summary>
/// <param name="UnitCount">U; 0 for an example that training leaves out.</param>
/// <param name="MaskCount">M.</param>
/// <param name="FeatureCount">F.</param>
/// <param name="Features">[U, M, F].</param>
/// <param name="Outputs">[U, M].</param>
public sealed record TaskFeatures(int UnitCount, int MaskCount, int FeatureCount, float[] Features, float[] Outputs);

/// <summary>The tokens from <paramref name="Start"/> up to but not including <paramref name="End"/>, as 0-based positions in a whole sequence.</summary>
/// <param name="Start">The first token.</param>
/// <param name="End">The position after the last token.</param>
public readonly record struct TokenRange(int Start, int End)
{
    /// <summary>The number of tokens.</summary>
    public int Length => End - Start;

    /// <summary>Whether another range lies entirely in this one.</summary>
    public bool Contains(TokenRange other) => Start <= other.Start && other.End <= End;

    /// <inheritdoc/>
    public override string ToString() => $"[{Start}, {End})";
}
