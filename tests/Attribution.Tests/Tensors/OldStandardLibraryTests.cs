using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Attribution.Tensors;

namespace Attribution.Tests.Tensors;

/// <summary>The loader for systems whose libstdc++ is older than TorchSharp's, on the package's own library.</summary>
public sealed class OldStandardLibraryTests
{
    private static string Library => TorchFiles.Find().TorchSharp;

    [LinuxFact]
    public void One_need_alone_becomes_weak_and_nothing_else_of_the_library_changes()
    {
        var before = File.ReadAllBytes(Library);
        var after = before.ToArray();
        OldStandardLibrary.Weaken(after, OldStandardLibrary.Version).ShouldBe(1);
        var changed = Enumerable.Range(0, before.Length).Where(i => before[i] != after[i]).ShouldHaveSingleItem();
        before[changed].ShouldBe((byte)0);
        after[changed].ShouldBe((byte)2); // VER_FLG_WEAK
        OldStandardLibrary.Weaken(after, OldStandardLibrary.Version).ShouldBe(1); // again changes nothing more
        after.Zip(before).Count(pair => pair.First != pair.Second).ShouldBe(1);
    }

    [LinuxFact]
    public void The_file_itself_is_as_NuGet_unpacked_it()
    {
        TorchLibrary.Load();
        var before = SHA256.HashData(File.ReadAllBytes(Library));
        var bytes = File.ReadAllBytes(Library);
        OldStandardLibrary.Weaken(bytes, OldStandardLibrary.Version);
        SHA256.HashData(File.ReadAllBytes(Library)).ShouldBe(before);
    }

    [LinuxFact]
    public void A_version_that_nothing_needs_is_found_nowhere() => OldStandardLibrary.Weaken(File.ReadAllBytes(Library), "GLIBCXX_3.4.99").ShouldBe(0);

    [LinuxFact]
    public void The_copy_in_memory_loads_in_a_fresh_process_whatever_this_system_has() =>
        Child("old-library", Library).ShouldBe("loaded, 3 = 3");

    [LinuxFact]
    public void A_library_that_lacks_something_else_still_fails_and_says_what()
    {
        using var folder = new TemporaryFolder();
        var bytes = File.ReadAllBytes(Library);
        // Another version is asked for that nobody has.
        Replace(bytes, "GLIBCXX_3.4.29\0", "GLIBCXX_3.4.99\0");
        File.WriteAllBytes(folder["libLibTorchSharp.so"], bytes);
        var message = Child("broken-library", folder["libLibTorchSharp.so"]);
        message.ShouldStartWith("ATTR1005 ");
        message.ShouldContain("GLIBCXX_3.4.99");
        message.ShouldContain("does not load");
        message.ShouldContain("LIBTORCH");
        message.ShouldNotContain("\n");
    }

    private static void Replace(byte[] bytes, string old, string other)
    {
        var at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(old));
        at.ShouldBeGreaterThan(0);
        Encoding.ASCII.GetBytes(other).CopyTo(bytes, at);
    }

    private static string Child(params string[] arguments)
    {
        using var child = Process.Start(new ProcessStartInfo("dotnet",
            [typeof(Child.StoreWork).Assembly.Location, .. arguments])
        { RedirectStandardOutput = true })!;
        var output = child.StandardOutput.ReadToEnd().Trim();
        child.WaitForExit();
        child.ExitCode.ShouldBe(0);
        return output;
    }

    private sealed class LinuxFactAttribute : FactAttribute
    {
        public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "of Linux's loader";
    }
}
