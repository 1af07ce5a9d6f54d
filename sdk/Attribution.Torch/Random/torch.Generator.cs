using Attribution.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers with a state of its own.</summary>
    public class Generator : IDisposable
    {
        private nint _handle;

        public Generator(ulong seed = 0, Device? device = null) : this(seed, device, shared: false)
        {
        }

        private Generator(ulong seed, Device? device, bool shared) =>
            _handle = NativeMethods.Check(NativeMethods.at_generator(seed, (int)(device?.type ?? DeviceType.CPU), device?.index ?? -1, shared ? 1 : 0));

        ~Generator() => Free();

        internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Generator));

        /// <summary>The generator that operators on the CPU use when given none.</summary>
        public static Generator Default => new(0, null, shared: true);

        public unsafe Generator manual_seed(long seed)
        {
            var value = (ulong)seed;
            NativeMethods.Check(NativeMethods.at_generator_seed(Handle, &value, 1));
            GC.KeepAlive(this);
            return this;
        }

        public unsafe long initial_seed()
        {
            ulong value;
            NativeMethods.Check(NativeMethods.at_generator_seed(Handle, &value, 0));
            GC.KeepAlive(this);
            return (long)value;
        }

        public Tensor get_state()
        {
            var state = new Tensor(NativeMethods.Check(NativeMethods.at_generator_state(Handle)));
            GC.KeepAlive(this);
            return state;
        }

        public void set_state(Tensor value)
        {
            NativeMethods.Check(NativeMethods.at_set_generator_state(Handle, value.Handle));
            GC.KeepAlive(value);
            GC.KeepAlive(this);
        }

        public void Dispose()
        {
            Free();
            GC.SuppressFinalize(this);
        }

        private void Free()
        {
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle != 0)
                NativeMethods.at_generator_free(handle);
        }
    }

    /// <summary>Seeds the default generators of every device.</summary>
    public static Generator manual_seed(long seed)
    {
        NativeMethods.at_manual_seed((ulong)seed);
        return Generator.Default;
    }

    public static long initial_seed()
    {
        using var generator = Generator.Default;
        return generator.initial_seed();
    }

    public static Tensor get_rng_state()
    {
        using var generator = Generator.Default;
        return generator.get_state();
    }

    public static void set_rng_state(Tensor new_state)
    {
        using var generator = Generator.Default;
        generator.set_state(new_state);
    }
}
