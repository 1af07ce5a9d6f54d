using System.CommandLine;
using System.Diagnostics;
using Attribution.Stress;

var count = new Option<int?>("--count") { Description = "How many; each verb has its own default." };
var seed = new Option<int>("--seed") { Description = "Decides what is drawn.", DefaultValueFactory = _ => 1 };
var root = new RootCommand("What takes too long for the suite. A verb ends with what it saw, or with the first thing that must not be.")
{
    MutationsVerb(),
    Verb("damages", "Damages of a store over all stages: noticed or harmless, never used.", 200, Damages.Run),
    Verb("kills", "Kills of workers over all stages of an experiment with a paying judge: the same bytes, and no call paid again but "
        + "those under way at a kill.", 20, Kills.Run),
    Verb("kills-helpers", "The same with three workers each, of which one or all are killed.", 20, Kills.RunHelpers),
    Verb("kills-context", "Kills over all stages of a context experiment with two workers each.", 20, Kills.RunContext),
    Verb("accidents", "Two experiments on one store, collections meanwhile, stores that are read-only or another's, full disks, clocks, stopped holders of "
        + "locks. As root, with faketime.", 3, Accidents.Run),
    Verb("starts", "Rounds of twenty workers that fine-tune, all started at once.", 10, Starts.Run),
    Verb("rows", "So many small rows through import and Explain.", 1_000_000, ManyRows.Run),
};
return await root.Parse(args).InvokeAsync();

Command MutationsVerb()
{
    var kinds = new Option<string[]>("--kind")
    {
        Description = "A kind of file; can be given several times. All kinds unless given.",
        AllowMultipleArgumentsPerToken = true,
    };
    kinds.AcceptOnlyFromAmong(Mutations.Kinds);
    ParseResult? line = null;
    var verb = Verb("mutations", "Damaged safetensors, npy, .pt, Parquet, tokenizers, configurations, adapters, templates and metrics: read or refused with "
        + "a code.", 20_000, (count, seed) => Mutations.Run(count, seed, line!.GetValue(kinds) ?? []), parsed => line = parsed);
    verb.Add(kinds);
    return verb;
}

Command Verb(string name, string description, int most, Func<int, int, Task<string>> run, Action<ParseResult>? read = null)
{
    var verb = new Command(name, $"{description} {most:N0} unless said otherwise.") { count, seed };
    verb.SetAction(async parsed =>
    {
        read?.Invoke(parsed);
        var clock = Stopwatch.StartNew();
        var seen = await run(parsed.GetValue(count) ?? most, parsed.GetValue(seed));
        Console.WriteLine($"{name}: {seen}; {clock.Elapsed.TotalSeconds:0} s");
    });
    return verb;
}
