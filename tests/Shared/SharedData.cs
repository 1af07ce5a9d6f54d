namespace Attribution.Tests;

/// <summary>The folder of real weights and data that may lie beside the repository; tests that need it skip without it.</summary>
public static class SharedData
{
    /// <summary>The repository's root: the nearest folder above the test assembly that holds the solution.</summary>
    public static string RepositoryRoot { get; } = FindUp(AppContext.BaseDirectory, "Attribution.sln")
        ?? throw new InvalidOperationException("the tests run from inside the repository");

    /// <summary>The path of a shared file or folder, or null where it is not there.</summary>
    public static string? Find(params string[] parts)
    {
        var path = Path.Combine([RepositoryRoot, "..", "shared", .. parts]);
        return Path.Exists(path) ? Path.GetFullPath(path) : null;
    }

    private static string? FindUp(string folder, string file)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, file)))
                return at.FullName;
        return null;
    }
}

/// <summary>A fact that needs something of the shared folder and is skipped where it is missing.</summary>
public sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute(params string[] parts)
    {
        if (SharedData.Find(parts) is null)
            Skip = $"needs ../shared/{string.Join('/', parts)}";
    }
}

/// <summary>A theory that needs something of the shared folder and is skipped where it is missing.</summary>
public sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute(params string[] parts)
    {
        if (SharedData.Find(parts) is null)
            Skip = $"needs ../shared/{string.Join('/', parts)}";
    }
}
