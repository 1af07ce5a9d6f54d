using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Something whose learning rate a schedule may set.</summary>
        public interface ILearningRateController
        {
            double LearningRate { get; set; }
            double InitialLearningRate { get; set; }
        }

        /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101).</summary>
        public static AdamW AdamW(
            IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08,
            double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

        /// <summary>Adam (Kingma and Ba, arXiv 1412.6980).</summary>
        public static Adam Adam(
            IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08,
            double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

        /// <summary>Changes parameters by their gradients.</summary>
        public abstract class Optimizer : IDisposable
        {
            private readonly Group _group;

            private protected Optimizer(IEnumerable<Parameter> parameters, double learningRate)
            {
                Parameters = [.. parameters];
                if (Parameters.Count == 0)
                    throw new ArgumentException("An optimizer needs at least one parameter.", nameof(parameters));
                _group = new Group { LearningRate = learningRate, InitialLearningRate = learningRate };
            }

            private protected IReadOnlyList<Parameter> Parameters { get; }

            private protected double LearningRate => _group.LearningRate;

            public IEnumerable<ILearningRateController> ParamGroups => [_group];

            public IEnumerable<Parameter> parameters() => Parameters;

            public virtual void zero_grad()
            {
                foreach (var parameter in Parameters)
                    parameter.grad = null;
            }

            /// <summary>One step along the gradients; with <paramref name="closure"/>, computes the loss with it first and returns that.</summary>
            public abstract Tensor? step(Func<Tensor>? closure = null);

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
            }

            private sealed class Group : ILearningRateController
            {
                public double LearningRate { get; set; }
                public double InitialLearningRate { get; set; }
            }
        }
    }
}
