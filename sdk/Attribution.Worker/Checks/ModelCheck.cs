using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Models;
using Attribution.Models.Hub;
using Attribution.Pipeline;
using Attribution.Tokenization;
using Attribution.Tokenization.ChatTemplates;

namespace Attribution.Worker.Checks;

/// <summary>Checks a model's configuration and text files, without its weights.</summary>
internal static class ModelCheck
{
    /// <summary>Checks the files, the layers and, for rows of messages, the tokenizer and the chat template.</summary>
    /// <param name="stages">The stages that run the model.</param>
    /// <param name="readsMessages">Whether a dataset has conversations that must be rendered.</param>
    /// <param name="cancellation">Stops a download from the hub.</param>
    /// <exception cref="AttributionException">What is wrong.</exception>
    public static void Run(IReadOnlyList<ModelSettings> stages, bool readsMessages, CancellationToken cancellation)
    {
        if (Folder(stages[0].Model, cancellation) is not { } folder)
            return;
        var config = ModelConfig.Load(folder);
        foreach (var vectors in stages.OfType<ComputeAttributionSettings>())
            LayerList.RequireAll(vectors.Layers.Layers, config.BlockCount);
        if (!readsMessages)
            return;
        // Loading a tokenizer takes too long here; that the file is missing is known at once.
        if (!File.Exists(Path.Combine(folder, ModelFiles.Tokenizer)))
            throw new AttributionException(ErrorCodes.TokenizerMissing,
                $"The folder of the model '{stages[0].Model}' has no {ModelFiles.Tokenizer}, and the datasets hold messages. Add the model's tokenizer files, "
                    + "or give the rows as treatment_tokens and treatment_keep.")
            { File = folder, Property = "BaseModel" };
        _ = ChatTemplate.Choose(folder, stages[0].ChatTemplate);
    }

    /// <summary>The model's folder with its small files; null if the network does not provide them.</summary>
    private static string? Folder(string model, CancellationToken cancellation)
    {
        try
        {
            return ModelFolder.Resolve(model, Directory.Exists(model) ? ModelContents.All : ModelContents.Text, cancel: cancellation).Path;
        }
        catch (AttributionException e) when (e.Code is ErrorCodes.HubUnreachable or ErrorCodes.HubOffline)
        {
            // Stages whose results are in the store need no model; a stage that does need it reports the problem.
            return null;
        }
    }
}
