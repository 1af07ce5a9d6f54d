using Attribution.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public static bool is_grad_enabled() => NativeMethods.at_grad_enabled() != 0;
    public static bool is_inference_mode_enabled() => NativeMethods.at_inference_enabled() != 0;

    /// <summary>Records no graph on this thread until the result is disposed.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);
    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    /// <summary>Like <see cref="no_grad"/>, and tensors made inside can never take part in a graph.</summary>
    public static IDisposable inference_mode(bool mode = true)
    {
        var guard = NativeMethods.at_inference_begin(mode ? 1 : 0);
        return new Restore(() => NativeMethods.at_inference_end(guard));
    }

    private sealed class GradMode : IDisposable
    {
        private readonly int _before = NativeMethods.at_grad_enabled();
        private bool _ended;

        internal GradMode(bool enabled) => NativeMethods.at_set_grad_enabled(enabled ? 1 : 0);

        public void Dispose()
        {
            if (_ended)
                return;
            _ended = true;
            NativeMethods.at_set_grad_enabled(_before);
        }
    }
}
