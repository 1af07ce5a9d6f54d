using Attribution.Diagnostics;
using Attribution.Models.Hub;

namespace Attribution.Worker.Doctor;

/// <summary>Whether the keys of the services that an experiment may call are set. Their values are never shown.</summary>
public static class KeyChecks
{
    private static readonly (string Name, string For)[] Keys =
    [
        ("HF_TOKEN", "gated models and datasets of the Hugging Face hub"),
        ("HUGGING_FACE_HUB_TOKEN", "the same, under its older name"),
        ("OPENAI_API_KEY", "judging with a model behind an OpenAI-compatible service"),
    ];

    /// <summary>Looks in the environment, then in the nearest <c>.env</c> file at or above the current folder.</summary>
    public static IEnumerable<Check> Look()
    {
        var file = EnvironmentFile.Names();
        var isThere = Keys.ToDictionary(key => key.Name, key =>
            Environment.GetEnvironmentVariable(key.Name) is { Length: > 0 } ? "set in the environment" : file.Contains(key.Name) ? "set in .env" : null);
        foreach (var (name, purpose) in Keys)
        {
            // Either name of the hub's token is enough.
            if (name == "HUGGING_FACE_HUB_TOKEN" && isThere[name] is null)
                continue;
            if (name == "HF_TOKEN" && isThere[name] is null && isThere["HUGGING_FACE_HUB_TOKEN"] is not null)
                continue;
            if (name == "HF_TOKEN" && isThere[name] is null && IsLoggedIn())
                isThere[name] = "in the file that the login to the Hugging Face hub wrote";
            yield return isThere[name] is { } where
                ? new Check(name, CheckStatus.Ok, where)
                : new Check(name, CheckStatus.Absent, $"not set; needed for {purpose}", $"echo {name}=... >> .env");
        }
    }

    private static bool IsLoggedIn()
    {
        try
        {
            return HubSettings.FromEnvironment().Token is not null;
        }
        catch (AttributionException)
        {
            // Another variable of the hub is wrong, which is not the matter here.
            return false;
        }
    }
}
