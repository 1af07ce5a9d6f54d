using System.CommandLine;
using Attribution.Diagnostics;
using Attribution.Reporting;
using Attribution.Worker.Watching;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution watch</c>: a page on this machine that shows a build while it runs, and ends with it.</summary>
public static class WatchVerb
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    // So long the page has to hear that the build has ended, and a build that is followed by another is not taken for the last.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var experiment = new Argument<string>("experiment") { Description = "The experiment's folder or project file.", HelpName = "EXPERIMENT" };
        var variant = new Option<string?>("--variant") { Description = "The variant that is built.", HelpName = "NAME" };
        var port = new Option<int>("--port") { Description = "The port of the page; without it a free one.", HelpName = "PORT" };
        port.Validators.Add(parsed =>
        {
            if (parsed.GetValueOrDefault<int>() is < 0 or > 65535)
                parsed.AddError("A port is a number up to 65535.");
        });
        var verb = new Command("watch", "Shows a build while it runs, on a page of this machine: stages, units done, losses. Ends with the build.")
        {
            experiment, variant, port
        };
        verb.SetAction(async (parsed, cancellation) =>
        {
            var named = parsed.GetRequiredValue(experiment);
            var folder = Directory.Exists(named) ? named : File.Exists(named) ? Path.GetDirectoryName(Path.GetFullPath(named))!
                : throw new AttributionException(ErrorCodes.MetricsMissing,
                    $"There is no experiment '{named}'. Name the folder of one, such as experiments/quickstart.")
                { File = named };
            var build = new WatchedBuild(folder, parsed.GetValue(variant));
            var output = parsed.InvocationConfiguration.Output;
            using var server = new WatchServer(build, Path.GetFileName(Path.GetFullPath(folder)), parsed.GetValue(port));
            output.WriteLine($"{server.Address} shows the build of {named}{(build.IsBuilding ? "" : ", once one is at work")}");
            output.Flush();
            await UntilEndedAsync(build, cancellation);
            var report = Path.Combine([folder, "out", .. parsed.GetValue(variant) is { } v ? new[] { v } : [], ReportFiles.PageFile]);
            output.WriteLine($"the build has ended{(File.Exists(report) ? $"; its report: {report}" : "")}");
            return 0;
        });
        return verb;
    }

    private static async Task UntilEndedAsync(WatchedBuild build, CancellationToken cancellation)
    {
        while (!build.IsBuilding)
            await Task.Delay(Pause, cancellation);
        for (var idle = TimeSpan.Zero; idle < Patience; idle = build.IsBuilding ? TimeSpan.Zero : idle + Pause)
            await Task.Delay(Pause, cancellation);
    }
}
