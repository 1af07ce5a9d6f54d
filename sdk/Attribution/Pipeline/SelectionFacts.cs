using System.Text.Json;

namespace Attribution.Pipeline;

/// <summary>What is to be known of a choice of training rows besides the rows.</summary>
internal sealed record SelectionFacts
{
    /// <summary>How many rows were chosen.</summary>
    public required int TopK { get; init; }

    /// <summary>How many there were to choose from.</summary>
    public int? TrainRows { get; init; }

    /// <summary>How many of these have no score, because their vector is zero or not finite.</summary>
    public int? RowsWithoutScore { get; init; }

    /// <summary>How many evaluation vectors they were compared with.</summary>
    public long? EvalRows { get; init; }

    /// <summary>How many evaluation rows have no vector.</summary>
    public long? EvalAnswerCutAway { get; init; }

    /// <summary>The score of the last row that was chosen.</summary>
    public float? LowestScore { get; init; }

    /// <summary>How many epochs the probe trained, where the scores are a probe's.</summary>
    public int? ProbeEpochs { get; init; }

    /// <summary>Whether its validation loss had stopped falling by then.</summary>
    public bool? ProbeConverged { get; init; }

    /// <summary>The share of the held-out evaluation vectors that the probe tells rightly.</summary>
    public double? ProbeValidationAccuracy { get; init; }

    /// <summary>The share of chosen rows that are known to show the behaviour, where that is known.</summary>
    public double? PrecisionAtK { get; init; }

    /// <summary>The share of the rows known to show the behaviour that were chosen.</summary>
    public double? RecallAtK { get; init; }

    /// <summary>One over the place of the first such row among all.</summary>
    public double? ReciprocalRank { get; init; }

    /// <inheritdoc cref="Selection.RetrievalMeasures" path="/param[@name='Auroc']"/>
    public double? Auroc { get; init; }

    /// <inheritdoc cref="Selection.RetrievalMeasures" path="/param[@name='Auprc']"/>
    public double? Auprc { get; init; }

    /// <summary>The share of all rows that are: what choosing at random would give.</summary>
    public double? PlantedShare { get; init; }

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Readable.Indented) + "\n");

    public static SelectionFacts Read(string path) => JsonSerializer.Deserialize<SelectionFacts>(File.ReadAllBytes(path), Readable.Line)!;
}
