using Attribution.Data;
using Attribution.Data.Parquet;
using Attribution.Diagnostics;

namespace Attribution.Tests.Child;

/// <summary>A table whose footer the Parquet package may read without end.</summary>
public static class FooterWork
{
    /// <summary>Opens the table.</summary>
    /// <returns>The error's code.</returns>
    public static string Open(string path)
    {
        ParquetInput.LongestOpening = TimeSpan.FromSeconds(2);
        try
        {
            VectorTableReader.Open(path).Dispose();
            return "opened";
        }
        catch (AttributionException e)
        {
            return e.Code;
        }
    }
}
