using System.CommandLine;
using QuickstartModel.Corpus;
using QuickstartModel.Tokenizer;

var seed = new Option<ulong>("--seed") { Description = "The seed of everything that is drawn.", DefaultValueFactory = _ => 1 };
var output = new Option<DirectoryInfo>("--output") { Description = "The folder to write to.", Required = true };

var data = new Command("data", "Writes the training pool, the evaluation pairs and the held-out prompts.") { seed, output };
data.SetAction(parsed => DataFiles.Write(new QuickstartData(parsed.GetValue(seed)), parsed.GetRequiredValue(output).FullName));

var tokenizer = new Command("tokenizer", "Trains the tokenizer and writes tokenizer.json and tokenizer_config.json.") { seed, output };
tokenizer.SetAction(parsed => TokenizerFiles.Write(new BaseCorpus(parsed.GetValue(seed)), parsed.GetRequiredValue(output).FullName));

var rows = new Option<int>("--rows") { Description = "How many.", DefaultValueFactory = _ => 20 };
var sample = new Command("sample", "Prints documents of the base model's corpus.") { seed, rows };
sample.SetAction(parsed =>
{
    var corpus = new BaseCorpus(parsed.GetValue(seed));
    for (var i = 0; i < parsed.GetValue(rows); i++)
        Console.WriteLine(string.Join('\n', corpus.Document(i).Select(message => $"{message.Role}: {message.Content}")) + "\n");
});

return new RootCommand("Makes the quickstart's data and its tiny chat model, reproducibly.") { data, tokenizer, sample }.Parse(args).Invoke();
