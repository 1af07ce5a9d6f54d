using Attribution.Models.Lora;

namespace Attribution.Pipeline;

/// <summary>The stage's model, with the adapter of one run at a time.</summary>
internal sealed class RunModel(ModelSource source) : IDisposable
{
    private string? _adapter;

    /// <summary>Applies a run's adapter, or removes the current one. An adapter that is already applied stays.</summary>
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
