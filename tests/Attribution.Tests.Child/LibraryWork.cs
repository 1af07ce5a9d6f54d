using System.Runtime.InteropServices;
using Attribution.Diagnostics;
using Attribution.Tensors;

namespace Attribution.Tests.Child;

/// <summary>Loads TorchSharp's library, or fails to, in a process that has not loaded it yet.</summary>
internal static unsafe class LibraryWork
{
    public static string LoadFromMemory(string file)
    {
        var torch = TorchFiles.Find().LibTorch;
        foreach (var part in new[] { "c10", "torch_cpu", "torch" })
            NativeLibrary.Load(Path.Combine(torch, TorchFiles.NameOf(part)));
        var library = OldStandardLibrary.Load(file);
        var set = (delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "THSTorch_set_num_threads");
        var get = (delegate* unmanaged<int>)NativeLibrary.GetExport(library, "THSTorch_get_num_threads");
        set(3);
        return $"loaded, {get()} = 3";
    }

    public static string WhyNot(string file)
    {
        try
        {
            var torch = TorchFiles.Find().LibTorch;
            foreach (var part in new[] { "c10", "torch_cpu", "torch" })
                NativeLibrary.Load(Path.Combine(torch, TorchFiles.NameOf(part)));
            TorchLibrary.LoadTorchSharp(file, null, out var _);
            return "loaded";
        }
        catch (AttributionException e)
        {
            return $"{e.Code} {e.Message}";
        }
    }
}
