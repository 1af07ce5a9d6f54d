using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Attribution.Diagnostics;
using Attribution.Models;

namespace Attribution.Methods.Projections;

/// <summary>
/// The parameters that determine the random projection of <c>trak</c>. Vectors can be compared only if they agree, so they are stored beside the vectors in
/// <see cref="FileName"/>.
/// </summary>
public sealed record ProjectionIdentity
{
    /// <summary>The file beside projected vectors with the parameters of the projection.</summary>
    public const string FileName = "projection.json";

    /// <summary>
    /// The matrices of attention and feed-forward under the names of most families. (Fused ones, as in Phi-3, are called <c>qkv</c> and <c>gate_up</c>.)
    /// </summary>
    public const string DefaultLayers = @"layers\.\d+\.(self_attn|mlp)\.(q|k|v|o|gate|up|down)_proj";

    // To be increased when the random numbers of a seed change.
    private const int PresentFormula = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The kind of the projection.</summary>
    public ProjectionKind Kind { get; init; }

    /// <summary>The length of a vector; for <see cref="ProjectionKind.Kronecker"/> a square number, such as 1024, 4096 or 16384.</summary>
    public int Dimension { get; init; } = 4096;

    /// <summary>The seed of the random numbers, used together with the names of the matrices.</summary>
    public long Seed { get; init; }

    /// <summary>A regular expression that selects the matrices: those whose name (<see cref="Linear.Name"/>) contains a match.</summary>
    public string Layers { get; init; } = DefaultLayers;

    /// <summary>The version of the formulas for the random numbers.</summary>
    [JsonInclude]
    internal int Formula { get; init; } = PresentFormula;

    /// <summary>The kind with this name.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ProjectionInvalid"/>: there is no such kind.</exception>
    internal static ProjectionKind ParseKind(string name) => name switch
    {
        "kronecker" => ProjectionKind.Kronecker,
        "sparse" => ProjectionKind.Sparse,
        _ => throw Invalid($"There is no projection '{name}'. Use kronecker or sparse.", "Projection"),
    };

    /// <summary>Reads the identity stored beside vectors; null if there is none, as for vectors of other methods.</summary>
    /// <param name="folder">The vectors' folder.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ProjectionInvalid"/>: the file is malformed.</exception>
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
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ProjectionsDiffer"/>: only one of them is projected, or the projections differ.</exception>
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

    /// <summary>Writes the identity into a folder of vectors.</summary>
    internal void Write(string folder) => File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Options) + "\n");

    /// <summary>Checks each setting on its own.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ProjectionInvalid"/>: a setting is invalid.</exception>
    internal void Validate()
    {
        if (Dimension <= 0 || (Kind == ProjectionKind.Kronecker && Side * Side != Dimension))
            throw Invalid($"ProjectionDim is {Dimension}. Give a positive number; for the projection kronecker a square number, such as 1024, 4096 or 16384.",
                "ProjectionDim");
        IsSelected("");
    }

    /// <summary>The selected matrices of a model, in the model's order.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ProjectionInvalid"/>: a setting is invalid, or no matrix matches.</exception>
    internal IReadOnlyList<Linear> Match(Transformer transformer)
    {
        Validate();
        Linear[] matched = [.. transformer.Linears.Where(linear => linear.Name.StartsWith("model.layers.", StringComparison.Ordinal)
            && IsSelected(linear.Name))];
        return matched.Length > 0 ? matched
            : throw Invalid($"ProjectionLayers '{Layers}' is found in the name of no matrix of the model's blocks; they are called "
                + $"{string.Join(", ", transformer.Linears.Take(7).Select(l => l.Name))} and so on.", "ProjectionLayers");
    }

    internal int Side => (int)Math.Round(Math.Sqrt(Dimension));

    private bool IsSelected(string name)
    {
        try
        {
            // The static method keeps the last expressions compiled, which takes milliseconds.
            return Regex.IsMatch(name, Layers, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw Invalid($"ProjectionLayers '{Layers}' is no regular expression that can be used: {e.Message}", "ProjectionLayers");
        }
    }

    private static AttributionException Invalid(string message, string property) => new(ErrorCodes.ProjectionInvalid, message) { Property = property };

    private static AttributionException Differ(string message, string folder) => new(ErrorCodes.ProjectionsDiffer, message) { File = folder };
}

/// <summary>The kinds of random projection of weight gradients.</summary>
public enum ProjectionKind
{
    /// <summary>Projects each matrix from both sides, without forming its gradient: <see cref="KroneckerProjection"/>.</summary>
    Kronecker,

    /// <summary>
    /// Adds every element of every gradient to four random outputs, as the original pipeline did: <see cref="SparseProjection"/>. Many times slower.
    /// </summary>
    Sparse,
}
