using System.Diagnostics;
using Spectre.Console;

namespace Attribution.Worker;

/// <summary>Shows a verb's progress: a bar on a terminal; otherwise a plain line from time to time on the error stream.</summary>
internal static class ProgressDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Runs <paramref name="work"/>, which reports how many of <paramref name="total"/> things are done.</summary>
    internal static void Run(string title, long total, Action<Action<long>> work)
    {
        if (!Console.IsErrorRedirected)
        {
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .Start(context =>
                {
                    var task = context.AddTask(Markup.Escape(title), maxValue: total);
                    work(done => task.Value = done);
                });
            return;
        }
        var since = Stopwatch.StartNew();
        work(done =>
        {
            if (since.Elapsed < Interval && done < total)
                return;
            Console.Error.WriteLine($"{title}: {done} of {total}");
            since.Restart();
        });
    }
}
