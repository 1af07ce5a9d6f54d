using Attribution.Data;

namespace MyExperiment;

/// <summary>A question, a tab and an answer in each line.</summary>
public sealed class QuestionsAndAnswers : IDatasetRecipe
{
    public string Name => "questions-and-answers";

    public IEnumerable<DatasetRow> Rows(DatasetOptions options) => File.ReadLines(options.Path).Select((line, index) =>
    {
        var cells = line.Split('\t');
        return new DatasetRow(index, new MessageConversation([new("user", cells[0]), new("assistant", cells[1])]), control: null);
    });
}
