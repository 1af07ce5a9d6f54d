using Attribution.Torch.Native;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A tensor of libtorch. Belongs to the dispose scope that was current on the thread that made it; freed by
    /// <see cref="Dispose()"/>, by its scope, or by its finalizer when nobody else did.
    /// </summary>
    public partial class Tensor : IDisposable
    {
        private static long s_total;
        private static long s_peak;
        private nint _handle;

        /// <summary>Takes over <paramref name="handle"/>; joins the current scope unless the handle is null (an invalid tensor).</summary>
        internal Tensor(nint handle)
        {
            _handle = handle;
            if (handle == 0)
            {
                GC.SuppressFinalize(this);
                return;
            }
            var total = Interlocked.Increment(ref s_total);
            if (total > Volatile.Read(ref s_peak))
                Volatile.Write(ref s_peak, total);
            DisposeScopeStack.Current?.Include(this);
        }

        ~Tensor() => Free();

        /// <summary>How many tensors are alive.</summary>
        public static long TotalCount => Volatile.Read(ref s_total);

        /// <summary>How many tensors were alive at most.</summary>
        public static long PeakCount => Volatile.Read(ref s_peak);

        /// <summary>The native tensor. Throws <see cref="ObjectDisposedException"/> when this one has been disposed.</summary>
        public IntPtr Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Tensor), "This tensor has been disposed, or is invalid.");

        /// <summary>Whether there is no native tensor: disposed, moved from, or an unused input of <see cref="autograd.grad"/>.</summary>
        public bool IsInvalid => _handle == 0;

        internal DisposeScope? OwningDisposeScope { get; set; }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            OwningDisposeScope?.MarkAsDisposed(this);
            Free();
        }

        /// <summary>Gives up the native tensor: this object becomes invalid and the caller owns the handle.</summary>
        public IntPtr DecoupleFromNativeHandle()
        {
            OwningDisposeScope?.Detach(this);
            GC.SuppressFinalize(this);
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle != 0)
                Interlocked.Decrement(ref s_total);
            return handle;
        }

        /// <summary>Moves this tensor to the scope around its own, or out of all scopes.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            DisposeScope.Move(this, other);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        /// <summary>Takes this tensor out of its scope: from now on its owner disposes it.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        private void Free()
        {
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle == 0)
                return;
            NativeMethods.at_free(handle);
            Interlocked.Decrement(ref s_total);
        }

        internal unsafe TensorFacts Facts
        {
            get
            {
                TensorFacts facts;
                NativeMethods.Check(NativeMethods.at_facts(Handle, &facts));
                GC.KeepAlive(this);
                return facts;
            }
        }

        public ScalarType dtype
        {
            get
            {
                var type = (ScalarType)NativeMethods.at_dtype(Handle);
                GC.KeepAlive(this);
                return type;
            }
        }

        public Device device
        {
            get
            {
                var facts = Facts;
                return new Device((DeviceType)facts.DeviceType, facts.DeviceIndex);
            }
        }

        public DeviceType device_type => (DeviceType)Facts.DeviceType;
        public int device_index => Facts.DeviceIndex;
        public bool is_cuda => device_type == DeviceType.CUDA;
        public bool is_cpu() => device_type == DeviceType.CPU;
        public long ndim => Facts.Dimensions;
        public long Dimensions => Facts.Dimensions;
        public long dim() => Facts.Dimensions;
        public long numel() => Facts.NumberOfElements;
        public long NumberOfElements => Facts.NumberOfElements;
        public long element_size() => Facts.ElementSize;
        public long ElementSize => Facts.ElementSize;
        public long storage_offset() => Facts.StorageOffset;
        public bool is_contiguous() => Facts.IsContiguous;
        public bool is_sparse => Facts.IsSparse;
        public bool is_floating_point() => dtype is ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16;

        /// <summary>The size of every dimension.</summary>
        public long[] shape => SizesAndStrides(wantStrides: false);
        public long[] size() => shape;
        public long size(int dim) => At(shape, dim);
        public long[] stride() => SizesAndStrides(wantStrides: true);
        public long stride(int dim) => At(stride(), dim);

        private static long At(long[] values, int dim) =>
            dim < values.Length && dim >= -values.Length
                ? values[dim < 0 ? dim + values.Length : dim]
                : throw new ArgumentOutOfRangeException(nameof(dim), dim, $"The tensor has {values.Length} dimensions.");

        private unsafe long[] SizesAndStrides(bool wantStrides)
        {
            var values = new long[Facts.Dimensions];
            fixed (long* p = values)
                NativeMethods.Check(NativeMethods.at_sizes(Handle, wantStrides ? null : p, wantStrides ? p : null));
            GC.KeepAlive(this);
            return values;
        }

        /// <summary>
        /// The elements, in place. Throws <see cref="ArgumentException"/> when <typeparamref name="T"/> is not the dtype's own type,
        /// <see cref="InvalidOperationException"/> when the tensor is not on the CPU.
        /// </summary>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            var facts = Facts;
            if (TypeOf<T>() != (ScalarType)facts.DType)
                throw new ArgumentException($"A tensor of {(ScalarType)facts.DType} has no elements of type {typeof(T).Name}.");
            if ((DeviceType)facts.DeviceType != DeviceType.CPU)
                throw new InvalidOperationException("Only a tensor on the CPU can be read in place; move it there with cpu() first.");
            return new TensorAccessor<T>(this);
        }

        /// <summary>The raw memory of a contiguous tensor on the CPU, at most 2 GiB.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                var facts = Facts;
                if (!facts.IsContiguous)
                    throw new InvalidOperationException("Only a contiguous tensor has its bytes in one run; call contiguous() first.");
                if ((DeviceType)facts.DeviceType != DeviceType.CPU)
                    throw new InvalidOperationException("Only a tensor on the CPU can be read in place; move it there with cpu() first.");
                var length = facts.NumberOfElements * facts.ElementSize;
                if (length > int.MaxValue)
                    throw new InvalidOperationException($"A span cannot hold {length} bytes.");
                return new Span<byte>((void*)DataPointer, (int)length);
            }
            set
            {
                var target = bytes;
                if (value.Length != target.Length)
                    throw new ArgumentException($"The tensor holds {target.Length} bytes, not {value.Length}.");
                value.CopyTo(target);
            }
        }

        internal nint DataPointer => numel() == 0 ? NativeMethods.at_data(Handle) : NativeMethods.Check(NativeMethods.at_data(Handle));

        /// <summary>The one element of a tensor that has one, as the dtype's own type.</summary>
        public T item<T>() where T : unmanaged
        {
            if (numel() != 1)
                throw new InvalidOperationException($"Only a tensor of one element has an item; this one has {numel()}.");
            if (is_cpu())
                return data<T>()[0];
            using var here = cpu();
            return here.data<T>()[0];
        }

        public override string ToString() => $"[{string.Join('x', shape)}], type = {dtype}, device = {device}";

        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);
        public bool Equals(Tensor target) => ReferenceEquals(this, target);
        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
