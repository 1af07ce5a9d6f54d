using Attribution.Data;
using Attribution.Judging;
using Attribution.Methods;
using Attribution.Tokenization;
using TorchSharp;

namespace Attribution.Worker.Tests.Stages;

/// <summary>A method as an experiment's own C# file would have it: the stream's mean over all tokens.</summary>
internal sealed class OwnMethod : IAttributionMethod
{
    public string Name => "test_mean_all";

    public MethodInputs Inputs => MethodInputs.Treatment;

    public torch.Tensor Compute(BlockStreams? treatment, BlockStreams? control) => treatment!.Output.mean([0]);
}

/// <summary>A method that takes its time: a block of rows is seconds.</summary>
internal class OwnSlowMethod : IAttributionMethod
{
    public virtual string Name => "test_slow";

    public MethodInputs Inputs => MethodInputs.Treatment;

    protected virtual int Milliseconds => 8;

    public torch.Tensor Compute(BlockStreams? treatment, BlockStreams? control)
    {
        Thread.Sleep(Milliseconds);
        return treatment!.Output.mean([0]);
    }
}

/// <summary>A method that takes even more.</summary>
internal sealed class OwnSlowerMethod : OwnSlowMethod
{
    public override string Name => "test_slower";

    protected override int Milliseconds => 25;
}

/// <summary>A method that fails in its own way.</summary>
internal sealed class OwnFailingMethod : IAttributionMethod
{
    public string Name => "test_failing";

    public MethodInputs Inputs => MethodInputs.Treatment;

    public torch.Tensor Compute(BlockStreams? treatment, BlockStreams? control) => throw new InvalidTimeZoneException("the method thought of nothing");
}

/// <summary>A method whose first row takes seconds, in which its process cannot stop.</summary>
internal sealed class OwnUnhurriedMethod : IAttributionMethod
{
    public string Name => "test_unhurried";

    public MethodInputs Inputs => MethodInputs.Treatment;

    public torch.Tensor Compute(BlockStreams? treatment, BlockStreams? control)
    {
        if (!File.Exists("unhurried.txt"))
        {
            File.WriteAllText("unhurried.txt", "");
            Thread.Sleep(4000);
        }
        return treatment!.Output.mean([0]);
    }
}

/// <summary>A method that neither comes back nor lets its process end.</summary>
internal sealed class OwnEndlessMethod : IAttributionMethod
{
    public string Name => "test_endless";

    public MethodInputs Inputs => MethodInputs.Treatment;

    public torch.Tensor Compute(BlockStreams? treatment, BlockStreams? control)
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Thread.Sleep(Timeout.Infinite);
        File.WriteAllText("endless.txt", "");
        Thread.Sleep(Timeout.Infinite);
        return treatment!.Output;
    }
}

/// <summary>A judge of one's own: counts letters.</summary>
internal sealed class OwnJudge : IJudge
{
    public string Name => "test_letters";

    public JudgeScale Scale { get; } = new("length", 9);

    public string Identity => "counts letters";

    public ValueTask<Verdict> JudgeAsync(JudgeRequest request, CancellationToken cancellation) =>
        ValueTask.FromResult(new Verdict(Math.Min(9, request.Answer.Length), $"{request.Answer.Length} letters"));
}

/// <summary>A recipe of one's own: rows of numbers.</summary>
/// <summary>A recipe that reads a folder or the files of a glob: a row per file.</summary>
internal sealed class OwnFilesRecipe : IDatasetRecipe
{
    public string Name => "test_files";

    public IEnumerable<DatasetRow> Rows(DatasetOptions options) => (Directory.Exists(options.Path) ? Directory.EnumerateFiles(options.Path)
        : Directory.EnumerateFiles(Path.GetDirectoryName(options.Path)!, Path.GetFileName(options.Path))).Order(StringComparer.Ordinal).Select((file, i) =>
            new DatasetRow(i, new MessageConversation([new ChatMessage("user", Path.GetFileName(file)), new ChatMessage("assistant",
                File.ReadAllText(file))]), null));
}

internal sealed class OwnRecipe : IDatasetRecipe
{
    public string Name => "test_numbers";

    public IEnumerable<DatasetRow> Rows(DatasetOptions options) => Enumerable.Range(0, (int)(options.Take ?? 70)).Select(i =>
        new DatasetRow(i, new MessageConversation([new ChatMessage("user", "Count."), new ChatMessage("assistant", $"{i}")]), null));
}
