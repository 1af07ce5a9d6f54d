namespace Attribution.Torch.Tests;

/// <summary>A fact that compares with a list in the design notes beside the repository, and is skipped without them.</summary>
public sealed class SharedDesignFactAttribute : FactAttribute
{
    public SharedDesignFactAttribute(string file)
    {
        if (SharedDesign.Find(file) is null)
            Skip = $"needs ../shared/design/{file}";
    }
}

/// <summary>The design notes that may lie beside the repository.</summary>
internal static class SharedDesign
{
    internal static string? Find(string file)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Attribution.sln")))
                return Path.Combine(at.FullName, "..", "shared", "design", file) is var path && File.Exists(path) ? path : null;
        return null;
    }
}
