using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;
using Attribution.Diagnostics;
using Attribution.Tensors;
using Attribution.Worker.CommandLine;

namespace Attribution.Worker;

/// <summary>Runs the command line. A user's error is one line on the error stream and exit code 1, never a stack trace.</summary>
public static class VerbRunner
{
    /// <summary>The exit code of a stopped command: that of a process ended by SIGTERM.</summary>
    public const int Stopped = 143;

    /// <summary>The option of every verb that shows the stack trace of an unexpected error.</summary>
    public const string Verbose = "--verbose";

    /// <summary>Parses and runs <paramref name="args"/>.</summary>
    /// <param name="root">The command that contains the verbs.</param>
    /// <param name="args">The command line after the program's name.</param>
    /// <param name="output">The output of verbs; by default the console's.</param>
    /// <param name="error">The output of errors; by default the console's.</param>
    /// <returns>The verb's exit code; 1 for an <see cref="AttributionException"/> and for a command line that cannot be parsed.</returns>
    public static async Task<int> RunAsync(Command root, string[] args, TextWriter? output = null, TextWriter? error = null)
    {
        output ??= Console.IsOutputRedirected ? Console.Out : new Shown.Writer(Console.Out);
        error ??= new Shown.Writer(Console.Error);
        var verbose = new Option<bool>(Verbose) { Description = "Show the stack trace of an unexpected error.", Recursive = true };
        root.Options.Add(verbose);
        try
        {
            StrayOptions.Refuse(root, args);
            Rules.PassOverUnparsed(root);
            var parsed = root.Parse(args);
            if (parsed.Action is ParseErrorAction)
            {
                foreach (var line in ParseErrors.Of(parsed))
                    error.WriteLine(line);
                return 1;
            }
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                // The library's own would print a stack trace.
                EnableDefaultExceptionHandler = false,
                // The library would let the process end two seconds after a signal, in the middle of native code, which then crashes.
                ProcessTerminationTimeout = TimeSpan.FromSeconds(StopDeadline.Seconds + 5),
                Output = output,
                Error = error,
            });
        }
        catch (AttributionException exception)
        {
            error.WriteLine(ErrorLine(exception));
            return 1;
        }
        catch (Exception exception) when (UserError(exception) is { } line)
        {
            error.WriteLine(ErrorLine(line));
            return 1;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine(ErrorLine(new AttributionException(ErrorCodes.FileAccess, $"A file or folder cannot be read or written: {exception.Message}",
                exception)));
            return 1;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("stopped");
            return Stopped;
        }
        catch (Exception exception)
        {
            var shows = args.Contains(Verbose);
            error.WriteLine(ErrorLine(Shown.Unexpected(args.FirstOrDefault() ?? "it", exception,
                shows ? "the stack trace follows" : $"{Verbose} shows the stack trace")));
            if (shows)
                error.WriteLine(Shown.Of(exception.ToString()));
            return 1;
        }
    }

    /// <summary>
    /// The error to show to the user if that is the cause of <paramref name="exception"/>: an AttributionException that was wrapped, or a lack of memory; else
    /// null.
    /// </summary>
    public static AttributionException? UserError(Exception exception)
    {
        for (var at = exception; at is not null; at = at.InnerException)
            if (at is AttributionException error)
                return error;
        return OutOfMemory.Of(exception);
    }

    /// <summary><c>error CODE: message (file F, row R, property P)</c> on one line, with the known parts of the location.</summary>
    public static string ErrorLine(AttributionException exception)
    {
        var location = new List<string>();
        if (exception.File is { } file)
            location.Add($"file {file}");
        if (exception.Row is { } row)
            location.Add($"row {row}");
        if (exception.Property is { } property)
            location.Add($"property {property}");

        var line = new StringBuilder($"error {exception.Code}: {exception.Message}");
        if (location.Count > 0)
            line.Append($" ({string.Join(", ", location)})");
        return Shown.Of(line.Replace("\r\n", " ").Replace('\n', ' ').Replace('\r', ' ').ToString());
    }
}
