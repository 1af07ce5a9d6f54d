namespace Attribution.Sdk.Experiments;

/// <summary>The language model that judges.</summary>
/// <param name="Model">Its name at the endpoint.</param>
/// <param name="Endpoint">The address of an OpenAI-compatible service.</param>
/// <param name="Concurrency">The most calls at once.</param>
/// <param name="BudgetTokens">The most tokens to pay for in one build; null for no limit.</param>
internal sealed record JudgingModel(string Model, string Endpoint, int Concurrency, long? BudgetTokens)
{
    /// <summary>The folder of a model that judges without a service; null if a service does.</summary>
    public string? Folder { get; private init; }

    /// <summary>Reads it from the project's properties.</summary>
    public static JudgingModel Read(Settings settings, ProjectPaths paths, ICollection<Problem> problems)
    {
        var model = settings.Text("JudgeModel") ?? "";
        var endpoint = settings.Text("JudgeEndpoint") ?? "";
        var isFolder = Directory.Exists(paths.Full(model));
        if (!isFolder && (model.StartsWith('.') || Path.IsPathRooted(model)))
            problems.Add(new(ProjectErrorCodes.ModelMissing, $"JudgeModel '{model}' reads like a folder, and there is no folder {paths.Full(model)}. Correct the path; it is relative to the project.", "JudgeModel"));
        // The message leaves the value out: it may carry a key, and the build log would keep it.
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri is not { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" })
            problems.Add(new(ProjectErrorCodes.ValueInvalid, "JudgeEndpoint is no http or https address without user name and query. Write one such as https://api.openai.com/v1 or http://localhost:8000/v1; a key belongs into the environment or a .env file, as OPENAI_API_KEY.", "JudgeEndpoint"));
        return new(model, endpoint, settings.Int("JudgeConcurrency"), settings.Whole("JudgeBudgetTokens", settings.Text("JudgeBudgetTokens"), 1, long.MaxValue))
        {
            Folder = isFolder ? paths.Written(model) : null,
        };
    }
}
