using Attribution.Models.Lora;

namespace Attribution.Pipeline;

/// <summary>The model of a stage with the adapter of one run after the other.</summary>
internal sealed class RunModel(ModelSource source) : IDisposable
{
    private string? _adapter;

    /// <summary>Puts a run's adapter on, or takes the last one off; what is on already stays.</summary>
    /// <param name="folder">The adapter's folder; null for the base model.</param>
    public void Use(string? folder)
    {
        if (folder == _adapter)
            return;
        source.Model.Adapter?.Dispose();
        if (folder is not null)
            LoraAdapter.Load(source.Model, folder).Fold();
        _adapter = folder;
    }

    public void Dispose() => source.Dispose();
}
