namespace TorchSharp;

public static partial class torch
{
    /// <summary>What to take of one dimension: an element, a range, everything, the elements that a tensor names, or a new dimension.</summary>
    public struct TensorIndex
    {
        internal enum Kinds
        {
            Slice,
            Single,
            None,
            Ellipsis,
            Tensor,
        }

        public static readonly TensorIndex Ellipsis = new() { Kind = Kinds.Ellipsis };
        public static readonly TensorIndex None = new() { Kind = Kinds.None };
        public static readonly TensorIndex Null = new() { Kind = Kinds.None };
        public static readonly TensorIndex Colon = new() { Kind = Kinds.Slice };

        internal Kinds Kind;
        internal long? Start;
        internal long? Stop;
        internal long? Step;
        internal torch.Tensor? Index;

        /// <summary>From <paramref name="start"/> (0) up to, not including, <paramref name="stop"/> (the end).</summary>
        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { Kind = Kinds.Slice, Start = start, Stop = stop, Step = step };

        public static TensorIndex Slice(Range range) => range;
        public static TensorIndex Single(long? index) => new() { Kind = Kinds.Single, Start = index };
        public static TensorIndex Tensor(torch.Tensor tensor) => new() { Kind = Kinds.Tensor, Index = tensor };

        public static implicit operator TensorIndex(long value) => Single(value);
        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);
        public static implicit operator TensorIndex(Range range) => Slice(Bound(range.Start), Bound(range.End));

        // ^0 is the end, which as a number would be the start.
        private static long? Bound(Index index) => index.IsFromEnd ? index.Value == 0 ? null : -index.Value : index.Value;
    }
}
