using System.Runtime.CompilerServices;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor index_select(long dim, Tensor index) => Aten.index_select.Call(this, dim, index);
        public Tensor gather(long dim, Tensor index) => Aten.gather.Call(this, dim, index);
        public Tensor scatter(long dim, Tensor index, Tensor src) => Aten.scatter_src.Call(this, dim, index, src);
        public Tensor scatter_(long dim, Tensor index, Tensor src) => Aten.scatter__src.CallInPlace(this, dim, index, src);
        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Aten.scatter_add.Call(this, dim, index, src);
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Aten.scatter_add_.CallInPlace(this, dim, index, src);
        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) => Aten.index_add.Call(this, dim, index, source, alpha);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => Aten.index_add_.CallInPlace(this, dim, index, source, alpha);
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Aten.index_copy_.CallInPlace(this, dim, index, source);
        public Tensor masked_fill(Tensor mask, Scalar value) => Aten.masked_fill_Scalar.Call(this, mask, value);
        public Tensor masked_fill_(Tensor mask, Scalar value) => Aten.masked_fill__Scalar.CallInPlace(this, mask, value);
        public Tensor masked_select(Tensor mask) => Aten.masked_select.Call(this, mask);
        public Tensor where(Tensor condition, Tensor y) => Aten.where_self.Call(condition, this, y);
        public Tensor nonzero() => Aten.nonzero.Call(this);
        public Tensor fill_(Scalar value) => Aten.fill__Scalar.CallInPlace(this, value);
        public Tensor zero_() => Aten.zero_.CallInPlace(this);

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => Assign(value, TensorIndex.Single(i1));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => index(TensorIndex.Single(i1), TensorIndex.Single(i2));
            set => Assign(value, TensorIndex.Single(i1), TensorIndex.Single(i2));
        }

        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => Assign(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor index(params Tensor[] indices) => Aten.index_Tensor.Call(this, indices);

        /// <summary>The part that <paramref name="indices"/> names, one per dimension; a view unless one of them is a tensor.</summary>
        public Tensor index(params TensorIndex[] indices)
        {
            using var scope = NewDisposeScope();
            var (view, tensors) = View(indices);
            return (tensors is null ? view : Aten.index_Tensor.Call(view, tensors)).MoveToOuterDisposeScope();
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, indices, false);
        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) => Aten.index_put_.CallInPlace(this, indices, value, accumulate);

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            using var scope = NewDisposeScope();
            var (view, tensors) = View(indices);
            if (tensors is not null)
                Aten.index_put_.CallInPlace(view, tensors, value, accumulate);
            else if (accumulate)
                view.add_(value);
            else
                view.copy_(value);
            return this;
        }

        private void Assign(Tensor value, params TensorIndex[] indices) => index_put_(value, indices);

        // The view that all but the index tensors make, and the index tensors at their dimensions of it.
        private (Tensor View, Tensor?[]? Tensors) View(TensorIndex[] indices)
        {
            var given = indices.Count(i => i.Kind is not (TensorIndex.Kinds.None or TensorIndex.Kinds.Ellipsis));
            if (given > ndim)
                throw new ArgumentException($"{given} indices for a tensor of {ndim} dimensions.");
            var view = alias();
            var tensors = new List<Tensor?>();
            long at = 0;
            foreach (var index in indices)
            {
                switch (index.Kind)
                {
                    case TensorIndex.Kinds.None:
                        view = view.unsqueeze(at++);
                        break;
                    case TensorIndex.Kinds.Ellipsis:
                        at += ndim - given;
                        break;
                    case TensorIndex.Kinds.Single:
                        view = view.select(at, index.Start!.Value);
                        break;
                    case TensorIndex.Kinds.Slice:
                        view = Aten.slice_Tensor.Call(view, at++, index.Start, index.Stop, index.Step ?? 1);
                        break;
                    case TensorIndex.Kinds.Tensor:
                        while (tensors.Count < at)
                            tensors.Add(null);
                        tensors.Add(index.Index);
                        at++;
                        break;
                }
            }
            return (view, tensors.Count == 0 ? null : [.. tensors]);
        }
    }
}
