using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Attribution.ContextAttribution.Sources;
using Attribution.Diagnostics;
using Attribution.Models.Safetensors;

namespace Attribution.ContextAttribution;

/// <summary>The files of an estimator: the weights [LayerCount, HeadCount] as safetensors, and their model and training facts as JSON.</summary>
internal static class ScoreEstimatorFiles
{
    public const string WeightsName = "score_estimator.safetensors", FactsName = "score_estimator.json";
    private const string TensorName = "weights";
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(ScoreEstimator estimator, string folder)
    {
        Directory.CreateDirectory(folder);
        float[] weights = [.. estimator.Weights];
        long[] shape = [estimator.Model.LayerCount, estimator.Model.HeadCount];
        SafetensorsWriter.Write(Path.Combine(folder, WeightsName),
            [new(TensorName, SafetensorsDType.F32, shape, stream => stream.Write(MemoryMarshal.AsBytes<float>(weights)))]);
        File.WriteAllText(Path.Combine(folder, FactsName), JsonSerializer.Serialize(Facts.Of(estimator), s_json) + "\n");
    }

    public static ScoreEstimator Read(string path)
    {
        if (!Directory.Exists(path))
            return PublishedEstimator.Read(path);
        var facts = ReadFacts(Path.Combine(path, FactsName));
        var file = Path.Combine(path, WeightsName);
        using var weights = SafetensorsFile.Open(file);
        var entry = weights[TensorName];
        long[] shape = [facts.Model.LayerCount, facts.Model.HeadCount];
        if (entry.DType != SafetensorsDType.F32 || !entry.Shape.SequenceEqual(shape))
            throw Invalid($"The weights are {entry.DType.Name()} [{string.Join(", ", entry.Shape)}]; by {FactsName} they must be F32 "
                + $"[{string.Join(", ", shape)}].", file, TensorName);
        using var bytes = weights.Map(TensorName);
        return Checked(file, () => new ScoreEstimator(facts.Model, MemoryMarshal.Cast<byte, float>(bytes.Span.ToArray()).ToArray(), facts.Training)
            .TrainedOn(AttentionRules.Of(facts.Attention), SentenceRules.Of(facts.Sentences)));
    }

    /// <summary>Creates an estimator; an error names the file.</summary>
    public static ScoreEstimator Checked(string file, Func<ScoreEstimator> make)
    {
        try
        {
            return make();
        }
        catch (AttributionException e) when (e.File is null)
        {
            throw Invalid(e.Message, file);
        }
    }

    public static AttributionException Invalid(string message, string file, string? property = null, Exception? inner = null) =>
        new(ErrorCodes.EstimatorInvalid, message, inner) { File = file, Property = property };

    private static Facts ReadFacts(string file)
    {
        try
        {
            var facts = JsonSerializer.Deserialize<Facts>(File.ReadAllBytes(file), s_json);
            return facts is { Model: { LayerCount: > 0 and < 1 << 15, HeadCount: > 0 and < 1 << 15 } }
                ? facts
                : throw Invalid("The estimator's model has no layers or no heads.", file, nameof(Facts.Model));
        }
        catch (JsonException e)
        {
            throw Invalid($"The file does not describe a score estimator: {e.Message}", file, e.Path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid($"The file cannot be read: {e.Message} A score estimator is a folder with {FactsName} and {WeightsName}, or a .pt file.", file,
                inner: e);
        }
    }

    // A file from before the rules could be chosen does not name them.
    private sealed record Facts(ModelIdentity Model, ScoreEstimatorTraining? Training, string? Attention = null, string? Sentences = null)
    {
        public static Facts Of(ScoreEstimator e) => new(e.Model, e.Training, AttentionRules.NameOf(e.Attention), SentenceRules.NameOf(e.Sentences));
    }
}
