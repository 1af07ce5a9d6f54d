using Attribution.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public static class autograd
    {
        /// <summary>
        /// Gradients of <paramref name="outputs"/> with respect to <paramref name="inputs"/>. With <paramref name="allow_unused"/>
        /// the entry of an input that was not used is a tensor whose <see cref="Tensor.IsInvalid"/> is true.
        /// <paramref name="create_graph"/> does not imply <paramref name="retain_graph"/>: pass both.
        /// </summary>
        public static unsafe IList<Tensor> grad(
            IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null,
            bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            var results = new nint[inputs.Count];
            fixed (nint* y = Handles(outputs), g = Handles(grad_outputs), x = Handles(inputs), r = results)
                NativeMethods.Check(NativeMethods.at_autograd_grad(
                    y, g, outputs.Count, x, inputs.Count, retain_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, r));
            GC.KeepAlive(outputs);
            GC.KeepAlive(grad_outputs);
            GC.KeepAlive(inputs);
            return Array.ConvertAll(results, handle => new Tensor(handle));
        }

        /// <summary>
        /// Adds the gradients of <paramref name="tensors"/> to the <see cref="Tensor.grad"/> of every leaf of their graph, or of
        /// <paramref name="inputs"/> only. <paramref name="retain_graph"/> is <paramref name="create_graph"/> when not given.
        /// </summary>
        public static unsafe void backward(
            IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            fixed (nint* y = Handles(tensors), g = Handles(grad_tensors), x = Handles(inputs))
                NativeMethods.Check(NativeMethods.at_backward(
                    y, g, tensors.Count, retain_graph ?? create_graph ? 1 : 0, create_graph ? 1 : 0, x, inputs?.Count ?? 0));
            GC.KeepAlive(tensors);
            GC.KeepAlive(grad_tensors);
            GC.KeepAlive(inputs);
        }

        public static void backward(
            Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(
            Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        private static nint[]? Handles(IList<Tensor>? tensors) => tensors?.Select(t => t.Handle).ToArray();
    }

    public partial class Tensor
    {
        public bool requires_grad
        {
            get => Facts.RequiresGrad;
            set => NativeMethods.Check(NativeMethods.at_set_requires_grad(Handle, value ? 1 : 0));
        }

        public bool is_leaf => Facts.IsLeaf;

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public void retain_grad() => NativeMethods.Check(NativeMethods.at_retain_grad(Handle));

        /// <summary>The gradient that backward passes have added up, or null.</summary>
        public Tensor? grad
        {
            get
            {
                var handle = NativeMethods.at_grad(Handle);
                GC.KeepAlive(this);
                return handle == 0 ? null : new Tensor(handle);
            }
            set
            {
                NativeMethods.Check(NativeMethods.at_set_grad(Handle, value?.Handle ?? 0));
                GC.KeepAlive(value);
            }
        }

        public void backward() => autograd.backward(this);

        public void backward(
            IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward(this, grad_tensors, retain_graph, create_graph, inputs);
    }
}
