using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Attribution.Diagnostics;
using Attribution.Models;

namespace Attribution.Methods.Projections;

/// <summary>
/// All that decides the random projection of <c>trak</c>. Vectors can be compared only if theirs is the same, so it is kept in
/// <see cref="FileName"/> beside them.
/// </summary>
public sealed record ProjectionIdentity
{
    /// <summary>The file beside projected vectors that says how they were projected.</summary>
    public const string FileName = "projection.json";

    /// <summary>
    /// The matrices of attention and feed-forward, as most families name them. (Fused ones, as in Phi-3, are called <c>qkv</c> and <c>gate_up</c>.)
    /// </summary>
    public const string DefaultLayers = @"layers\.\d+\.(self_attn|mlp)\.(q|k|v|o|gate|up|down)_proj";

    // Counts up when the random numbers of a seed change.
    private const int PresentFormula = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>How the gradient is projected.</summary>
    public ProjectionKind Kind { get; init; }

    /// <summary>How many numbers a vector has; for <see cref="ProjectionKind.Kronecker"/> a square number, such as 1024, 4096 or 16384.</summary>
    public int Dimension { get; init; } = 4096;

    /// <summary>Decides the random numbers, together with the names of the matrices.</summary>
    public long Seed { get; init; }

    /// <summary>A regular expression: the matrices in whose names (<see cref="Linear.Name"/>) it is found take part.</summary>
    public string Layers { get; init; } = DefaultLayers;

    /// <summary>The version of the formulas that random numbers come from.</summary>
    [JsonInclude]
    internal int Formula { get; init; } = PresentFormula;

    /// <summary>The kind of a name.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ProjectionInvalid"/>: there is none.</exception>
    internal static ProjectionKind ParseKind(string name) => name switch
    {
        "kronecker" => ProjectionKind.Kronecker,
        "sparse" => ProjectionKind.Sparse,
        _ => throw Invalid($"There is no projection '{name}'. Use kronecker or sparse.", "Projection"),
    };

    /// <summary>Reads what was written beside vectors; null if nothing was, as beside those of other methods.</summary>
    /// <param name="folder">The vectors' folder.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ProjectionInvalid"/>: the file is not one of these.</exception>
    internal static ProjectionIdentity? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<ProjectionIdentity>(File.ReadAllBytes(path), Options) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new AttributionException(ErrorCodes.ProjectionInvalid,
                $"'{path}' does not say how the vectors beside it were projected: {e.Message} Compute them again.")
            { File = path };
        }
    }

    /// <summary>Checks that the vectors of two folders may be compared.</summary>
    /// <param name="train">The folder of the training vectors.</param>
    /// <param name="evaluation">The folder of the evaluation vectors.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ProjectionsDiffer"/>: one of them is projected and the other is not, or they are projected
    /// differently.</exception>
    internal static void RequireSame(string train, string evaluation) => RequireSame(Read(train), Read(evaluation), train, evaluation);

    /// <inheritdoc cref="RequireSame(string, string)"/>
    internal static void RequireSame(ProjectionIdentity? train, ProjectionIdentity? evaluation, string trainName, string evaluationName)
    {
        if (train == evaluation)
            return;
        if (train is null || evaluation is null)
            throw Differ($"{(train is null ? evaluationName : trainName)} holds projected gradients of weights (trak) and "
                + $"{(train is null ? trainName : evaluationName)} does not. trak vectors compare with trak vectors only.", trainName);
        var differences = new[]
        {
            train.Kind == evaluation.Kind ? null : $"projection {train.Kind} and {evaluation.Kind}",
            train.Dimension == evaluation.Dimension ? null : $"dimension {train.Dimension} and {evaluation.Dimension}",
            train.Seed == evaluation.Seed ? null : $"seed {train.Seed} and {evaluation.Seed}",
            train.Layers == evaluation.Layers ? null : $"layers '{train.Layers}' and '{evaluation.Layers}'",
            train.Formula == evaluation.Formula ? null : $"formula {train.Formula} and {evaluation.Formula}",
        };
        throw Differ($"The vectors of {trainName} and {evaluationName} were projected differently ({string.Join(", ", differences.OfType<string>())}), so "
            + "that comparing them means nothing. Compute one of them again with the settings of the other.", trainName);
    }

    /// <summary>Says in a folder how the vectors there are projected.</summary>
    internal void Write(string folder) => File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Options) + "\n");

    /// <summary>Checks the settings by themselves.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ProjectionInvalid"/>: a setting cannot be.</exception>
    internal void Validate() => Pattern();

    /// <summary>The matrices of a model that take part, in the model's order.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ProjectionInvalid"/>: a setting cannot be, or there is no such matrix.</exception>
    internal IReadOnlyList<Linear> Match(Transformer transformer)
    {
        var pattern = Pattern();
        Linear[] matched = [.. transformer.Linears.Where(linear => linear.Name.StartsWith("model.layers.", StringComparison.Ordinal)
            && pattern.IsMatch(linear.Name))];
        return matched.Length > 0 ? matched
            : throw Invalid($"ProjectionLayers '{Layers}' is found in the name of no matrix of the model's blocks; they are called "
                + $"{string.Join(", ", transformer.Linears.Take(7).Select(l => l.Name))} and so on.", "ProjectionLayers");
    }

    internal int Side => (int)Math.Round(Math.Sqrt(Dimension));

    private Regex Pattern()
    {
        if (Dimension <= 0 || (Kind == ProjectionKind.Kronecker && Side * Side != Dimension))
            throw Invalid($"ProjectionDim is {Dimension}. Give a positive number; for the projection kronecker a square number, such as 1024, 4096 or 16384.",
                "ProjectionDim");
        try
        {
            return new Regex(Layers, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw Invalid($"ProjectionLayers '{Layers}' is no regular expression that can be used: {e.Message}", "ProjectionLayers");
        }
    }

    private static AttributionException Invalid(string message, string property) => new(ErrorCodes.ProjectionInvalid, message) { Property = property };

    private static AttributionException Differ(string message, string folder) => new(ErrorCodes.ProjectionsDiffer, message) { File = folder };
}

/// <summary>How the gradient of a model's weights is projected to a vector.</summary>
public enum ProjectionKind
{
    /// <summary>Each matrix from both sides, so that its gradient is never formed: <see cref="KroneckerProjection"/>.</summary>
    Kronecker,

    /// <summary>
    /// Every element of every gradient to four random outputs, as the original pipeline did: <see cref="SparseProjection"/>. Many times as slow.
    /// </summary>
    Sparse,
}
