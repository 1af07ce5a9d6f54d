using Attribution.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public static bool cuda_is_available() => cuda.is_available();

    public static partial class cuda
    {
        public static bool is_available() => device_count() > 0;
        public static int device_count() => NativeMethods.at_cuda_count();
        public static void manual_seed(long seed) => torch.manual_seed(seed);
        public static void manual_seed_all(long seed) => torch.manual_seed(seed);

        /// <summary>Waits until the device has done everything asked of it.</summary>
        public static void synchronize(Device? device = null) => NativeMethods.Check(NativeMethods.at_cuda_synchronize(device?.index ?? -1));
    }
}
