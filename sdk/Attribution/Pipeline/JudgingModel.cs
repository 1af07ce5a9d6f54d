using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Judging.Chat;
using Attribution.Models;
using Attribution.Tensors;

namespace Attribution.Pipeline;

/// <summary>Opens the chat model that a project names, at an endpoint or from a folder. Its replies are kept in the store.</summary>
internal static class JudgingModel
{
    /// <summary>The model. The key is read from the environment, into which <c>.env</c> has been loaded. Nothing is asked yet.</summary>
    /// <exception cref="AttributionException">ATTR1645: the endpoint is not an address. ATTR1646: the key is not a possible key. ATTR1120, ATTR1121: the folder
    /// contains no model.</exception>
    public static StoredChatCompletion Open(LlmSettings settings, ArtifactStore store) =>
        new(settings.Folder is { } folder ? Local(folder, settings.Execution, store) : Remote(settings), store);

    private static OpenAIChatCompletion Remote(LlmSettings settings)
    {
        var options = new ChatOptions { Model = settings.Model!, Endpoint = Endpoint(settings.Endpoint), BudgetTokens = settings.BudgetTokens };
        return new(settings.Concurrency is { } most ? options with { Concurrency = most } : options, ChatKey.FromEnvironment());
    }

    // The message omits the value, which may contain a password.
    public static Uri Endpoint(string? text) => text is null ? ChatOptions.DefaultEndpoint : Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri
        : throw new AttributionException(ErrorCodes.ChatEndpointInvalid,
            $"JudgeEndpoint is no address. Write one such as {ChatOptions.DefaultEndpoint} or http://localhost:8000/v1.")
        { Property = "JudgeEndpoint" };

    private static LocalChatCompletion Local(string folder, ExecutionSettings? execution, ArtifactStore store)
    {
        RequireFolder(folder);
        return new(folder, store.Hasher, () => CausalLanguageModel.Load(folder, Devices.Of(VisibleDevices.NameOf(execution))));
    }

    /// <summary>Checks that the judging model's folder exists.</summary>
    /// <exception cref="AttributionException">ATTR1120: there is none.</exception>
    public static void RequireFolder(string folder)
    {
        if (!Directory.Exists(folder))
            throw new AttributionException(ErrorCodes.ModelNotFound, $"There is no folder '{folder}' of a judging model.")
            {
                Property = "JudgeModel",
                File = folder
            };
    }
}
