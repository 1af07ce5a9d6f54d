using System.Runtime.InteropServices;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;
using DuckDB.NET.Native;

namespace Attribution.Tests.Child;

/// <summary>A machine for which there is no DuckDB.</summary>
public static class DuckDbWork
{
    /// <summary>Opens a database where the library cannot be found.</summary>
    /// <returns>The error.</returns>
    public static string WithoutLibrary()
    {
        NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, (name, _, _) => throw new DllNotFoundException($"there is no {name}"));
        try
        {
            DuckDbDatabase.Open().Dispose();
            return "opened";
        }
        catch (AttributionException e)
        {
            return $"{e.Code}: {e.Message}";
        }
    }
}
