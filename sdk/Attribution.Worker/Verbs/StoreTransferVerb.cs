using System.CommandLine;
using Attribution.Data.Store;
using Attribution.Data.Store.Remote;
using Spectre.Console;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution store push|pull REMOTE</c>: copies artifacts to a remote store, or from it.</summary>
internal static class StoreTransferVerb
{
    /// <summary>The verb that fills a remote store.</summary>
    public static Command Push(Option<string> store) => Create("push", "Copies to a remote store what it lacks. Damaged artifacts are not copied.", store,
        "pushed", (transfer, cancellation) => transfer.Push(cancellation));

    /// <summary>The verb that copies from a remote store.</summary>
    public static Command Pull(Option<string> store) => Create("pull", "Copies from a remote store what is missing here, and checks every byte.", store,
        "pulled", (transfer, cancellation) => transfer.Pull(cancellation));

    private static Command Create(string name, string description, Option<string> storeOption, string done,
        Func<RemoteTransfer, CancellationToken, TransferResult> run)
    {
        var address = new Argument<string>("remote") { Description = "A folder, or s3://bucket/prefix.", HelpName = "REMOTE" };
        var command = new Command(name, description) { address };
        command.SetAction(async (parsed, cancellation) => await Task.Run(() =>
        {
            var console = StoreTables.ConsoleOn(parsed.InvocationConfiguration.Output);
            EnvironmentFile.Load(skipped => parsed.InvocationConfiguration.Error.WriteLine($"warning {skipped.Code}: {skipped.Message}"));
            using var remote = RemoteStores.Open(parsed.GetRequiredValue(address), "REMOTE");
            using var store = new ArtifactStore(parsed.GetValue(storeOption)!, notify: e => Say(e.Message));
            var result = run(new RemoteTransfer(store, remote, Say), cancellation);
            Say($"{done} {StoreTables.Count(result.Moved, "artifact")}, {StoreTables.Size(result.Bytes)}; {result.Had} were already there"
                + $"{(result.Damaged > 0 ? $", {result.Damaged} damaged were not copied" : "")}: {store.Root} and {remote.Name}");
            return result.Damaged == 0 ? 0 : 1;

            void Say(string text)
            {
                lock (console)
                    console.WriteLine(Shown.Of(text));
            }
        }, CancellationToken.None));
        return command;
    }
}
