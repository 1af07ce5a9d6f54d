using System.Text.Json;

namespace Attribution.Pipeline;

/// <summary>Facts about a selection of training rows, besides the rows.</summary>
internal sealed record SelectionFacts
{
    /// <summary>The number of selected rows.</summary>
    public required int TopK { get; init; }

    /// <summary>The number of rows to select from.</summary>
    public int? TrainRows { get; init; }

    /// <summary>The number of these rows without a score, because their vector is zero or not finite.</summary>
    public int? RowsWithoutScore { get; init; }

    /// <summary>The number of evaluation vectors that the rows were compared with.</summary>
    public long? EvalRows { get; init; }

    /// <summary>The number of evaluation rows without a vector, because their answer was cut away.</summary>
    public long? EvalAnswerCutAway { get; init; }

    /// <summary>The score of the last selected row.</summary>
    public float? LowestScore { get; init; }

    /// <summary>The number of epochs that the probe was trained for, if a probe gave the scores.</summary>
    public int? ProbeEpochs { get; init; }

    /// <summary>Whether the probe's validation loss had stopped falling by then.</summary>
    public bool? ProbeConverged { get; init; }

    /// <summary>The probe's accuracy on the held-out evaluation vectors.</summary>
    public double? ProbeValidationAccuracy { get; init; }

    /// <summary>Precision at k: the share of selected rows that were planted with the behaviour; null if the planted rows are not known.</summary>
    public double? PrecisionAtK { get; init; }

    /// <summary>Recall at k: the share of the planted rows that were selected.</summary>
    public double? RecallAtK { get; init; }

    /// <summary>The reciprocal rank of the first planted row among all rows.</summary>
    public double? ReciprocalRank { get; init; }

    /// <inheritdoc cref="Selection.RetrievalMeasures" path="/param[@name='Auroc']"/>
    public double? Auroc { get; init; }

    /// <inheritdoc cref="Selection.RetrievalMeasures" path="/param[@name='Auprc']"/>
    public double? Auprc { get; init; }

    /// <summary>The share of planted rows among all rows: the precision that a random selection would have.</summary>
    public double? PlantedShare { get; init; }

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Readable.Indented) + "\n");

    public static SelectionFacts Read(string path) => JsonSerializer.Deserialize<SelectionFacts>(File.ReadAllBytes(path), Readable.Line)!;
}
