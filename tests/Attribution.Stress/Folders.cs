using System.Security.Cryptography;

namespace Attribution.Stress;

/// <summary>Folders copied and compared.</summary>
internal static class Folders
{
    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)), overwrite: true);
    }

    /// <summary>Every file of the results by its hash, but for those that tell when and how long.</summary>
    public static SortedDictionary<string, string> Results(string folder, params IEnumerable<string> timed) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file =>
            !timed.Concat(["report.html", "report/build.json"]).Contains(Path.GetRelativePath(folder, file)))
            .ToDictionary(file => Path.GetRelativePath(folder, file), file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))),
                StringComparer.Ordinal);

    /// <summary>Fails with the names of the files that differ.</summary>
    public static void ShouldEqual(this SortedDictionary<string, string> files, SortedDictionary<string, string> expected, string what = "results") =>
        string.Join(", ", files.Except(expected).Concat(expected.Except(files)).Select(file => file.Key).Distinct()).ShouldBe("", what);
}
