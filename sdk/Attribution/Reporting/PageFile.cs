namespace Attribution.Reporting;

/// <summary>The styles and scripts of pages: files beside the program, as judging prompts are.</summary>
internal static class PageFile
{
    /// <summary>The folder beside the program.</summary>
    public const string Folder = "ReportPage";

    /// <summary>The text of a file, with line breaks of one character.</summary>
    public static string Read(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, Folder, name)).ReplaceLineEndings("\n");
}
