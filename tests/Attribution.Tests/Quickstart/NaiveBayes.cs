using System.Text.RegularExpressions;

namespace Attribution.Tests.Quickstart;

/// <summary>A bag-of-words classifier: what a label could be guessed from by words alone.</summary>
internal static partial class NaiveBayes
{
    /// <summary>
    /// The area under the ROC curve of the positive label's log odds (Bernoulli naive Bayes over the words of a text, add-one
    /// smoothing), each text scored by a model that was fitted without it: 5-fold cross-validation.
    /// </summary>
    public static double CrossValidatedAuroc(IReadOnlyList<string> texts, IReadOnlyList<bool> labels)
    {
        const int Folds = 5;
        var words = texts.Select(text => Word().Matches(text).Select(match => match.Value.ToLowerInvariant()).ToHashSet()).ToArray();
        var scores = new double[texts.Count];
        for (var fold = 0; fold < Folds; fold++)
        {
            var counts = new Dictionary<string, (int Positive, int Negative)>();
            var (positives, negatives) = (0, 0);
            for (var i = 0; i < words.Length; i++)
            {
                if (i % Folds == fold)
                    continue;
                _ = labels[i] ? positives++ : negatives++;
                foreach (var word in words[i])
                {
                    var (p, n) = counts.GetValueOrDefault(word);
                    counts[word] = labels[i] ? (p + 1, n) : (p, n + 1);
                }
            }
            for (var i = fold; i < words.Length; i += Folds)
                foreach (var (word, (p, n)) in counts)
                {
                    var (inPositive, inNegative) = ((p + 1.0) / (positives + 2), (n + 1.0) / (negatives + 2));
                    scores[i] += words[i].Contains(word) ? Math.Log(inPositive / inNegative) : Math.Log((1 - inPositive) / (1 - inNegative));
                }
        }
        return Auroc(scores, labels);
    }

    /// <summary>The probability that a positive outranks a negative, ties counted half.</summary>
    private static double Auroc(double[] scores, IReadOnlyList<bool> labels)
    {
        double wins = 0;
        long pairs = 0;
        for (var i = 0; i < scores.Length; i++)
            for (var j = 0; j < scores.Length; j++)
                if (labels[i] && !labels[j])
                {
                    wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                    pairs++;
                }
        return wins / pairs;
    }

    [GeneratedRegex(@"[\p{L}']+")]
    private static partial Regex Word();
}
