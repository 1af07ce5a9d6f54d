using Attribution.Diagnostics;
using Attribution.Models;

namespace Attribution.ContextAttribution;

/// <summary>
/// One generation to be attributed to pieces of what stands before it (arXiv 2504.13752, section 2). S sources, U units. For a context the
/// sources are ranges of the prompt; for a reasoning model's thoughts they lie in the generation itself, before the final answer.
/// </summary>
public sealed class AttributionTask
{
    /// <summary>Makes a task, checking that its ranges fit together.</summary>
    /// <param name="tokens">The prompt and the generation, without the generation's end token.</param>
    /// <param name="target">What is attributed: a part of the generation, with at least one token and at least one before it.</param>
    /// <param name="sources">What it is attributed to: at least one range, none empty, in order, disjoint, all before the target.</param>
    /// <param name="units">The target's pieces (sentences), none empty, each in the target, in any order; a task without any can be
    /// scored by nobody and is left out of training.</param>
    /// <exception cref="AttributionException">ATTR1450: a range is not as described.</exception>
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

    /// <summary>The U pieces of the target that scores and outputs are asked for.</summary>
    public IReadOnlyList<TokenRange> Units { get; }

    /// <summary>The same task with other units.</summary>
    /// <exception cref="AttributionException">ATTR1450: a unit is empty or not in the target.</exception>
    public AttributionTask WithUnits(params IReadOnlyList<TokenRange> units) => new(Tokens, Target, Sources, units);

    /// <summary>How many tokens the model reads: the last one of the target is only predicted.</summary>
    internal int InputLength => Target.End - 1;

    /// <summary>Checks that a model can read the sequence.</summary>
    /// <exception cref="AttributionException">ATTR1291: a token is not of its vocabulary. ATTR1450: the sequence is longer than its longest.</exception>
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
/// What an estimator learns from one example: U units, M ablations, F features. <c>Features[u, m]</c> is
/// <c>sum_s (2 mask[m, s] - 1) f[u, s]</c> with the attention f of the un-ablated pass, <c>Outputs[u, m]</c> the logit of the unit's
/// probability under ablation m.
/// </summary>
/// <param name="UnitCount">U; 0 for an example that training leaves out.</param>
/// <param name="MaskCount">M.</param>
/// <param name="FeatureCount">F.</param>
/// <param name="Features">[U, M, F].</param>
/// <param name="Outputs">[U, M].</param>
public sealed record TaskFeatures(int UnitCount, int MaskCount, int FeatureCount, float[] Features, float[] Outputs);

/// <summary>The tokens from <paramref name="Start"/> to before <paramref name="End"/>, 0-based places of a whole sequence.</summary>
/// <param name="Start">The first token.</param>
/// <param name="End">The one after the last.</param>
public readonly record struct TokenRange(int Start, int End)
{
    /// <summary>How many tokens it has.</summary>
    public int Length => End - Start;

    /// <summary>Whether all of another range lies in this one.</summary>
    public bool Contains(TokenRange other) => Start <= other.Start && other.End <= End;

    /// <inheritdoc/>
    public override string ToString() => $"[{Start}, {End})";
}
