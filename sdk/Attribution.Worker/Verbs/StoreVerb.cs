using System.CommandLine;
using Attribution.Contracts;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Spectre.Console;

namespace Attribution.Worker.Verbs;

/// <summary>
/// <c>attribution store list|verify|gc|push|pull</c>: what the artifact store holds, whether it is whole, what may go, and copies of it elsewhere.
/// </summary>
public static class StoreVerb
{
    /// <summary>Creates the verb, to be added to the root command.</summary>
    public static Command Create()
    {
        var store = new Option<string>("--store")
        {
            Description = "The store's folder; without it ATTRIBUTION_STORE, else artifacts/store at or above the current folder.",
            DefaultValueFactory = _ => ArtifactPaths.Current().Store,
            Recursive = true,
        };
        return new Command("store", "The artifact store: results of stages, computed once and kept.")
        {
            Options = { store },
            Subcommands = { List(store), Verify(store), Collect(store), StoreTransferVerb.Push(store), StoreTransferVerb.Pull(store) },
        };
    }

    private static Command List(Option<string> storeOption)
    {
        var stage = new Argument<string?>("stage") { Description = "List this stage's artifacts one by one.", Arity = ArgumentArity.ZeroOrOne };
        var folder = new Option<string?>("--in")
        {
            Description = "Where the experiments are that say what an artifact is; without it the repository around the current folder.",
            HelpName = "FOLDER"
        };
        var json = JsonOutput.Option();
        var command = new Command("list", "Lists the stages, or a stage's artifacts. Reads no more than manifests and sizes.") { stage, folder, json };
        command.SetAction(parsed =>
        {
            using var store = new ArtifactStore(parsed.GetValue(storeOption)!);
            var console = StoreTables.ConsoleOn(parsed.InvocationConfiguration.Output);
            var artifacts = StoreInventory.List(store).ToArray();
            var one = parsed.GetValue(stage);
            string[] stages = [.. artifacts.Select(a => a.Stage).Distinct()];
            if (one is not null && !stages.Contains(one) && !Directory.Exists(Path.Combine(store.Root, Path.GetFileName(one))))
                throw new AttributionException(ErrorCodes.StoreStageUnknown, $"The store has no stage '{one}'.{NearestName.Question(one, stages)} "
                    + (stages.Length == 0 ? "It is empty." : $"It has {string.Join(", ", stages)}."))
                { File = store.Root };
            var names = new ArtifactNames(Path.GetFullPath(parsed.GetValue(folder) ?? QueryVerb.RepositoryRoot()));
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(parsed.InvocationConfiguration.Output, StoreTables.ToJson(store.Root, artifacts, one, names));
                return;
            }
            console.Write(one is not null ? StoreTables.Artifacts([.. artifacts.Where(a => a.Stage == one)], names) : StoreTables.Stages(artifacts));
            console.WriteLine($"{StoreTables.Count(artifacts.Length, "artifact")}, {StoreTables.Size(artifacts.Sum(a => a.Bytes))} in {store.Root}");
        });
        return command;
    }

    private static Command Verify(Option<string> storeOption)
    {
        var command = new Command("verify", "Reads every byte of every artifact, sets the damaged ones aside and fails if there are any.");
        command.SetAction(parsed =>
        {
            var console = StoreTables.ConsoleOn(parsed.InvocationConfiguration.Output);
            using var store = new ArtifactStore(parsed.GetValue(storeOption)!, notify: e =>
                console.WriteLine($"{(e.Code is null ? "" : $"warning {e.Code}: ")}{e.Message}"));
            var (count, bytes, damaged) = (0, 0L, 0);
            foreach (var artifact in StoreInventory.Verify(store))
            {
                count++;
                bytes += artifact.Damage is null ? artifact.Bytes : artifact.Manifest?.Bytes ?? 0;
                damaged += artifact.Damage is null ? 0 : 1;
            }
            console.WriteLine($"verified {StoreTables.Count(count, "artifact")}, {StoreTables.Size(bytes)}: "
                + $"{(damaged == 0 ? "all whole" : $"{damaged} damaged")}");
            return damaged == 0 ? 0 : 1;
        });
        return command;
    }

    private static Command Collect(Option<string> storeOption)
    {
        var keep = new Option<string[]>("--keep")
        {
            Description = "A folder of experiments: what they need stays, and all else may go. "
            + "May be given several times.",
            HelpName = "DIR"
        };
        var unusedFor = new Option<TimeSpan?>("--unused-for")
        {
            Description = "Remove only what nobody has taken for this long: 12h, 30d, 8w.",
            HelpName = "AGE",
            CustomParser = Quantities.Age
        };
        var maxSize = new Option<long?>("--max-size")
        {
            Description = "Then remove the least recently used until the rest is this small: 500MB, 20GB.",
            HelpName = "SIZE",
            CustomParser = Quantities.Size
        };
        var pretend = new Option<bool>("--dry-run") { Description = "Say what would go and remove nothing." };
        var json = JsonOutput.Option();
        var command = new Command("gc", "Removes artifacts that are no longer needed, damaged ones, and what killed builds left behind.") { keep, unusedFor,
            maxSize, pretend, json };
        command.SetAction(parsed =>
        {
            var folders = parsed.GetValue(keep) is { Length: > 0 } given ? given : null;
            var policy = new CollectionPolicy(folders is null ? null : () => [.. folders.SelectMany(Needed)],
                parsed.GetValue(unusedFor), parsed.GetValue(maxSize));
            var dry = parsed.GetValue(pretend);
            var result = StoreCollection.Run(parsed.GetValue(storeOption)!, policy, dry);
            var console = StoreTables.ConsoleOn(parsed.InvocationConfiguration.Output);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(parsed.InvocationConfiguration.Output, new
                {
                    dryRun = dry,
                    removed = StoreTables.StagesToJson(result.Removed),
                    result.Debris,
                    result.FreedBytes,
                    result.Kept,
                    result.KeptBytes,
                });
                return;
            }
            if (result.Removed.Count > 0)
                console.Write(StoreTables.Stages(result.Removed));
            console.WriteLine($"{(dry ? "would remove" : "removed")} {StoreTables.Count(result.Removed.Count, "artifact")} and {result.Debris} damaged or "
                + $"unfinished, {StoreTables.Size(result.FreedBytes)}; "
                + $"{StoreTables.Count(result.Kept, "artifact")} left, {StoreTables.Size(result.KeptBytes)}");
        });
        return command;
    }

    // A folder without any record is probably the wrong folder; accepting it would allow everything to be removed.
    private static ContentHash[] Needed(string folder) => LastRun.FingerprintsBelow(folder).ToArray() is { Length: > 0 } found
        ? found
        : throw new AttributionException(ErrorCodes.CollectionUnbounded,
            $"No experiment below '{folder}' has been built, so nothing would be kept for it. Name a folder of built experiments.")
        { File = folder };
}
