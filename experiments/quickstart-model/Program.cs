using System.CommandLine;
using System.Diagnostics;
using Attribution.Models;
using Attribution.Torch.Provisioning;
using QuickstartModel.Corpus;
using QuickstartModel.Tokenizer;
using QuickstartModel.Training;

var seed = new Option<ulong>("--seed") { Description = "The seed of everything that is drawn.", DefaultValueFactory = _ => 1 };
var output = new Option<DirectoryInfo>("--output") { Description = "The folder to write to.", Required = true };

var data = new Command("data", "Writes the training pool, the evaluation pairs and the held-out prompts.") { seed, output };
data.SetAction(parsed => DataFiles.Write(new QuickstartData(parsed.GetValue(seed)), parsed.GetRequiredValue(output).FullName));

var tokenizer = new Command("tokenizer", "Trains the tokenizer and writes tokenizer.json and tokenizer_config.json.") { seed, output };
tokenizer.SetAction(parsed => TokenizerFiles.Write(new BaseCorpus(parsed.GetValue(seed)), parsed.GetRequiredValue(output).FullName));

var steps = new Option<int>("--steps") { Description = "How many steps of about 4,096 tokens.", DefaultValueFactory = _ => Trainer.Steps };
var train = new Command("train", "Trains the model with the tokenizer of the folder and writes it there.") { seed, output, steps };
train.SetAction(parsed =>
{
    Provisioner.Provide(Console.WriteLine, (code, warning) => Console.WriteLine($"{code}: {warning}"));
    var folder = parsed.GetRequiredValue(output).FullName;
    ModelFiles.WriteConfig(folder);
    var (encoder, corpus) = (new DocumentEncoder(folder), new BaseCorpus(parsed.GetValue(seed)));
    using var model = CausalLanguageModel.Random(ModelConfig.Load(folder), (long)parsed.GetValue(seed));
    Console.WriteLine($"{model.Transformer.Weights.Values.Sum(weight => weight.numel()):N0} parameters");
    var clock = Stopwatch.StartNew();
    new Trainer(model, parsed.GetValue(seed)).Train(index => encoder.Document(corpus.Document(index)), parsed.GetValue(steps),
        (step, loss) => Console.WriteLine($"step {step}: loss {loss:F4}, {clock.Elapsed.TotalSeconds:F0} s"));
    model.Save(folder);
});

var check = new Command("check", "Prints how the folder's model answers the held-out prompts and how the rule judges score it.") { seed, output };
check.SetAction(parsed =>
{
    Provisioner.Provide(Console.WriteLine, (code, warning) => Console.WriteLine($"{code}: {warning}"));
    var folder = parsed.GetRequiredValue(output).FullName;
    using var model = CausalLanguageModel.Load(folder);
    return new BaseModelCheck(model, new DocumentEncoder(folder)).Print(new QuickstartData(parsed.GetValue(seed)), Console.Out);
});

var rows = new Option<int>("--rows") { Description = "How many.", DefaultValueFactory = _ => 20 };
var sample = new Command("sample", "Prints documents of the base model's corpus.") { seed, rows };
sample.SetAction(parsed =>
{
    var corpus = new BaseCorpus(parsed.GetValue(seed));
    for (var i = 0; i < parsed.GetValue(rows); i++)
        Console.WriteLine(string.Join('\n', corpus.Document(i).Select(message => $"{message.Role}: {message.Content}")) + "\n");
});

return new RootCommand("Makes the quickstart's data and its tiny chat model, reproducibly.") { data, tokenizer, train, check, sample }.Parse(args).Invoke();
