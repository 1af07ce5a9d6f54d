using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Judging.Chat;
using Attribution.Models;
using Attribution.Tensors;

namespace Attribution.Pipeline;

/// <summary>Opens the chat model that a project names: behind an endpoint, or of a folder; what it answers is kept in the store.</summary>
internal static class JudgingModel
{
    /// <summary>The model. Its key is read from the environment, which a <c>.env</c> file has filled; nothing is asked yet.</summary>
    /// <exception cref="AttributionException">ATTR1645: the endpoint is no address. ATTR1646: the key cannot be one. ATTR1120, ATTR1121: no model in the
    /// folder.</exception>
    public static StoredChatCompletion Open(LlmSettings settings, ArtifactStore store) =>
        new(settings.Folder is { } folder ? Local(folder, settings.Execution, store) : Remote(settings), store);

    private static OpenAIChatCompletion Remote(LlmSettings settings)
    {
        var options = new ChatOptions { Model = settings.Model!, Endpoint = Endpoint(settings.Endpoint), BudgetTokens = settings.BudgetTokens };
        return new(settings.Concurrency is { } most ? options with { Concurrency = most } : options, ChatKey.FromEnvironment());
    }

    // The message leaves the value out: it may carry a password.
    private static Uri Endpoint(string? text) => text is null ? ChatOptions.DefaultEndpoint : Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri
        : throw new AttributionException(ErrorCodes.ChatEndpointInvalid,
            $"JudgeEndpoint is no address. Write one such as {ChatOptions.DefaultEndpoint} or http://localhost:8000/v1.")
        { Property = "JudgeEndpoint" };

    private static LocalChatCompletion Local(string folder, ExecutionSettings? execution, ArtifactStore store) => Directory.Exists(folder)
        ? new(folder, store.Hasher, () => CausalLanguageModel.Load(folder, Devices.Of(VisibleDevices.NameOf(execution))))
        : throw new AttributionException(ErrorCodes.ModelNotFound, $"There is no folder '{folder}' of a judging model.")
        {
            Property = "JudgeModel",
            File = folder
        };
}
