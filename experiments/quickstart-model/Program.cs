using System.CommandLine;
using System.Diagnostics;
using Attribution.Models;
using QuickstartModel.Corpus;
using QuickstartModel.Tokenizer;
using QuickstartModel.Training;

const int StepsPerSave = 250;

var seed = new Option<ulong>("--seed") { Description = "The seed of everything that is drawn.", DefaultValueFactory = _ => 1 };
var output = new Option<DirectoryInfo>("--output") { Description = "The folder to write to.", Required = true };

var context = new Option<bool>("--context") { Description = "The model that answers from a context, and its examples, in place of the quickstart's." };
ICorpus Corpus(ParseResult parsed) => parsed.GetValue(context) ? new ContextCorpus(parsed.GetValue(seed)) : new BaseCorpus(parsed.GetValue(seed));

var data = new Command("data", "Writes the training pool, the evaluation pairs and the held-out prompts; or the examples with a context.") { seed, output,
    context };
data.SetAction(parsed =>
{
    if (parsed.GetValue(context))
        ContextFiles.Write(new ContextCorpus(parsed.GetValue(seed)), parsed.GetRequiredValue(output).FullName);
    else
        DataFiles.Write(new QuickstartData(parsed.GetValue(seed)), parsed.GetRequiredValue(output).FullName);
});

var tokenizer = new Command("tokenizer", "Trains the tokenizer and writes tokenizer.json and tokenizer_config.json.") { seed, output, context };
tokenizer.SetAction(parsed => TokenizerFiles.Write(Corpus(parsed), parsed.GetRequiredValue(output).FullName));

var steps = new Option<int?>("--steps") { Description = $"How many steps; {Trainer.Steps}, or with --context {Trainer.ContextSteps}, if left out." };
var train = new Command("train", "Trains the model with the tokenizer of the folder and writes it there.") { seed, output, context, steps };
train.SetAction(parsed =>
{
    var folder = parsed.GetRequiredValue(output).FullName;
    var corpus = Corpus(parsed);
    ModelFiles.WriteConfig(folder, corpus.VocabularySize, blocks: parsed.GetValue(context) ? 3 : 4);
    var encoder = new DocumentEncoder(folder);
    using var model = CausalLanguageModel.Random(ModelConfig.Load(folder), (long)parsed.GetValue(seed));
    Console.WriteLine($"{model.Transformer.Weights.Values.Sum(weight => weight.numel()):N0} parameters");
    var clock = Stopwatch.StartNew();
    var trainer = parsed.GetValue(context) ? new Trainer(model, parsed.GetValue(seed))
    {
        TokensPerStep = Trainer.ContextTokensPerStep,
        PeakRate = Trainer.ContextPeakRate,
        PromptWeight = Trainer.ContextPromptWeight
    } : new Trainer(model, parsed.GetValue(seed));
    trainer.Train(index => encoder.Document(corpus.Document(index)), parsed.GetValue(steps)
        ?? (parsed.GetValue(context) ? Trainer.ContextSteps : Trainer.Steps),
        (step, loss) =>
        {
            Console.WriteLine($"step {step}: loss {loss:F4}, {clock.Elapsed.TotalSeconds:F0} s");
            if (step % StepsPerSave == 0)
                model.Save(folder);
        });
    model.Save(folder);
});

var check = new Command("check", "Prints how the folder's model answers the held-out prompts and how the rule judges score it, or how many questions "
    + "about a context it answers.") { seed, output, context };
check.SetAction(parsed =>
{
    var folder = parsed.GetRequiredValue(output).FullName;
    using var model = CausalLanguageModel.Load(folder);
    if (parsed.GetValue(context))
    {
        new ContextModelCheck(model, new DocumentEncoder(folder)).Print(new ContextCorpus(parsed.GetValue(seed)), Console.Out);
        return Task.CompletedTask;
    }
    return new BaseModelCheck(model, new DocumentEncoder(folder)).Print(new QuickstartData(parsed.GetValue(seed)), Console.Out);
});

var rows = new Option<int>("--rows") { Description = "How many.", DefaultValueFactory = _ => 20 };
var sample = new Command("sample", "Prints documents of the model's corpus.") { seed, context, rows };
sample.SetAction(parsed =>
{
    var corpus = Corpus(parsed);
    for (var i = 0; i < parsed.GetValue(rows); i++)
        Console.WriteLine(string.Join('\n', corpus.Document(i).Select(message => $"{message.Role}: {message.Content}")) + "\n");
});

return new RootCommand("Makes the quickstart's data and its tiny chat model, reproducibly.") { data, tokenizer, train, check, sample }.Parse(args).Invoke();
