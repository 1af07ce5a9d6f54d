namespace TorchSharp;

public static partial class torch
{
    public static Device CPU = new(DeviceType.CPU);
    public static Device CUDA { get; } = new(DeviceType.CUDA);
    public static Device META = new(DeviceType.META);

    public static Device device(string description) => new(description);
    public static Device device(string deviceType, int index = -1) => new(deviceType, index);
    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);
    public static Device device(int index) => new(index);

    /// <summary>Where a tensor lives: a kind of device and, for GPUs, which one (-1: the current one).</summary>
    public class Device
    {
        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = deviceType == DeviceType.CPU ? -1 : index;
        }

        public Device(string description) : this(Parse(description, out var at), at)
        {
        }

        public Device(string deviceType, int index = -1) : this(Parse(deviceType, out _), index)
        {
        }

        public Device(int index) : this(DeviceType.CUDA, index)
        {
        }

        public DeviceType type { get; }
        public int index { get; }

        public static implicit operator Device(string description) => new(description);

        public override string ToString() => type.ToString().ToLowerInvariant() + (index < 0 ? "" : $":{index}");

        public override bool Equals(object? obj) => obj is Device other && other.type == type && other.index == index;
        public override int GetHashCode() => HashCode.Combine(type, index);

        private static DeviceType Parse(string description, out int index)
        {
            var colon = description.IndexOf(':');
            var kind = colon < 0 ? description : description[..colon];
            index = -1;
            if (colon >= 0 && !int.TryParse(description[(colon + 1)..], out index))
                throw new ArgumentException($"'{description}' is not a device; use cpu, cuda or cuda:0.");
            return kind.ToLowerInvariant() switch
            {
                "cpu" => DeviceType.CPU,
                "cuda" => DeviceType.CUDA,
                "mps" => DeviceType.MPS,
                "meta" => DeviceType.META,
                _ => throw new ArgumentException($"'{description}' is not a device; use cpu, cuda or cuda:0."),
            };
        }
    }
}
