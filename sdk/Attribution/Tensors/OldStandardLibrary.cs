using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Attribution.Tensors;

/// <summary>
/// Loads TorchSharp's library on systems whose libstdc++ is older than the one it was linked with (Debian 12, Ubuntu 22.04). The library requires
/// <see cref="Version"/> only for the symbol <c>std::ios_base_library_init</c>, which newer compilers mention wherever <c>iostream</c> is included, and which
/// nothing in the library uses. A copy in memory that requires the version weakly loads and works; no file is changed. TorchSharp's library is under the MIT
/// licence. Upstream, dotnet/TorchSharp is built on Ubuntu 24.04; see its issue 1496, and the discussion of GLIBCXX versions in dotnet/TorchSharp issue 169.
/// </summary>
internal static unsafe partial class OldStandardLibrary
{
    /// <summary>The version of libstdc++'s symbols that came with GCC 13.</summary>
    public const string Version = "GLIBCXX_3.4.32";

    private const uint NeededVersions = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort Weak = 2; // VER_FLG_WEAK

    /// <summary>Loads <paramref name="path"/>. Its dependencies other than libstdc++ must be loaded already.</summary>
    /// <exception cref="DllNotFoundException">Something else is missing too.</exception>
    public static nint Load(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (Weaken(bytes, Version) == 0)
            throw new DllNotFoundException($"{path}: its need of {Version} was not found in it");
        var file = memfd_create("LibTorchSharp", 1); // MFD_CLOEXEC
        if (file < 0)
            throw new DllNotFoundException($"{path}: no file in memory could be made (errno {Marshal.GetLastPInvokeError()}) for "
                + $"libstdc++ older than {Version}");
        using var stream = new FileStream(new SafeFileHandle(file, ownsHandle: true), FileAccess.Write);
        stream.Write(bytes);
        stream.Flush();
        return NativeLibrary.Load($"/proc/self/fd/{file}");
    }

    /// <summary>Marks the references to <paramref name="version"/> in a 64-bit little-endian ELF file as weak, in place.</summary>
    /// <returns>The number of entries changed.</returns>
    public static int Weaken(Span<byte> elf, string version)
    {
        var sections = (int)BinaryPrimitives.ReadUInt64LittleEndian(elf[0x28..]); // e_shoff
        int size = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3A..]), count = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3C..]);
        var weakened = 0;
        for (var i = 0; i < count; i++)
        {
            var section = elf[(sections + (i * size))..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) != NeededVersions)
                continue;
            var link = (int)BinaryPrimitives.ReadUInt32LittleEndian(section[40..]);
            var strings = (int)BinaryPrimitives.ReadUInt64LittleEndian(elf[(sections + (link * size) + 24)..]);
            weakened += WeakenSection(elf, (int)BinaryPrimitives.ReadUInt64LittleEndian(section[24..]), strings, Encoding.ASCII.GetBytes(version + '\0'));
        }
        return weakened;
    }

    // A list of files (Elf64_Verneed), each with a list of versions (Elf64_Vernaux); both are linked by offsets, 0 at the end.
    private static int WeakenSection(Span<byte> elf, int file, int strings, ReadOnlySpan<byte> version)
    {
        var weakened = 0;
        for (var nextFile = 1; nextFile != 0; file += nextFile)
        {
            nextFile = (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(file + 12)..]);
            var entry = file + (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(file + 8)..]);
            for (var next = 1; next != 0; entry += next)
            {
                next = (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(entry + 12)..]);
                if (!elf[(strings + (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(entry + 8)..]))..].StartsWith(version))
                    continue;
                var flags = BinaryPrimitives.ReadUInt16LittleEndian(elf[(entry + 4)..]);
                BinaryPrimitives.WriteUInt16LittleEndian(elf[(entry + 4)..], (ushort)(flags | Weak));
                weakened++;
            }
        }
        return weakened;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int memfd_create(string name, uint flags);
}
