using Attribution.Data;
using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Evaluation;

/// <summary>Writes missing controls: the base model's own greedy answer to the row's prompt.</summary>
internal static class ControlWriter
{
    /// <summary>Returns the rows in order. Rows with a control keep it.</summary>
    /// <param name="answerer">The base model.</param>
    /// <param name="rows">Rows of messages.</param>
    /// <param name="maxNewTokens">The length limit of an answer, in tokens. The time is proportional to the answers' length.</param>
    /// <param name="file">The rows' file, for error messages.</param>
    /// <param name="progress">Receives the number of controls written.</param>
    /// <param name="cancellation">Checked between tokens.</param>
    /// <exception cref="AttributionException">ATTR1407: a row is pre-tokenized, or nothing comes before its answer. ATTR1621: a prompt leaves no room for an
    /// answer.</exception>
    public static IReadOnlyList<DatasetRow> Complete(
        PromptAnswerer answerer, IReadOnlyList<DatasetRow> rows, int maxNewTokens, string? file = null, IProgress<int>? progress = null,
            CancellationToken cancellation = default)
    {
        DatasetRow[] without = [.. rows.Where(row => row.Control is null)];
        IReadOnlyList<ChatMessage>[] prompts = [.. without.Select(row => PromptOf(row, file))];
        IReadOnlyList<Answer> answers;
        try
        {
            answers = answerer.Answer(
                prompts, new AnsweringOptions { Repeats = 1, Temperature = 0, TopP = 1, MaxNewTokens = maxNewTokens }, progress, cancellation,
                [.. without.Select(row => ((MessageConversation)row.Treatment).TemplateVariables)]);
        }
        catch (AttributionException e) when (e.Row is { } prompt && e.File is null)
        {
            throw new AttributionException(e.Code, e.Message, e) { File = file, Row = without[prompt].Index, Property = e.Property };
        }
        var written = without.Zip(prompts, answers).ToDictionary(w => w.First.Index, w =>
            new MessageConversation([.. w.Second, new("assistant", w.Third.Text)]) { Variables = ((MessageConversation)w.First.Treatment).Variables });
        return [.. rows.Select(row => row.Control is null ? new DatasetRow(row.Index, row.Treatment, written[row.Index], row.MetadataJson) : row)];
    }

    private static IReadOnlyList<ChatMessage> PromptOf(DatasetRow row, string? file)
    {
        if (row.Treatment is not MessageConversation { Messages: var messages })
            throw Unusable("holds tokens instead of messages, so its prompt cannot be answered");
        var last = messages.ToList().FindLastIndex(m => m.Role == "assistant");
        return last > 0 ? [.. messages.Take(last)] : throw Unusable("has nothing before its answer, so there is no prompt to answer");

        AttributionException Unusable(string why) => new(ErrorCodes.ControlNotWritable,
            $"Row {row.Index} has no control, and {why}. Give it control_messages, or leave it out with Filter.")
        { File = file, Row = row.Index, Property = "treatment_messages" };
    }
}
