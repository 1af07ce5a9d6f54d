using System.Diagnostics;
using System.IO.Compression;
using Attribution.Diagnostics;
using Attribution.Tests.Child;

namespace Attribution.Tests.Data;

/// <summary>A table of vectors with a few flipped bits in its footer, which the Parquet package reads without end.</summary>
public sealed class EndlessFooterTests
{
    private const string Table =
        "H4sIAAAAAAACA92Vv2/TQBSAL7brGFpooD1jEwMGNcEhIcSR88OSJdyqA0IVivoXkNSuFCk04LoVbBnZyMDAhDIhBgZGxk6oI+rE2AkxIUZGzvZL5DwQEmtPz/78PceneznfubO+bVJC"
        + "JyKLCvXYpUhFTZFMkjRFggsiE+Mv2VTLADkgDxSAC0ARmAVO+zoHPA9cBC4BLwAvApeBOeAl4GXgCnAVSGeFJO0KIUa3XConFUFSBV4F5oEa8BrwOvAGUAfenP4bReBtoAEsAe8Ay8AK"
        + "8C6wCrwHrAHNWTV0zLNITZoQzUByZpOVMpics3CwWr8ts6hE1U/rJmRzQxHgJU0Za8fxCylmzsIRLagxD8trdJ+dXBZucp124s67i3yEfIL8CPkpcrI+7znkOvIachd5B/lj5E+Rj5C/"
        + "RD5G/gb5BPl75B+Rf0J+hPwY+RfkX5GfIv+O/CfyX8jJxrwLyKWZj2JfQvdzyFeRK8g15DryNeQG8gryGnILeRu5g9xFvjnnlFMHD4RgOAypSKhQIArf954X1rY+rLjRN4JyLLUw6L7w"
        + "g8ItltSjZINTxEN/JxwGlKPilhOlBEUY9PdDyhEqsUey/sB/4u+FRPZUTXWKkkYFtUBENe6fsrT8NsuiKDn/9f0svstqbMxxT8mw4r5+8CzYPeef+3rx9aJGpfjhNhQQD3o6WNbVmJc/"
        + "51iwnzqpvVL4Y6+UT/Ky1zzJE+Nhpxs8O/DD6iM/1A/9YL8/3NObVbNa043eQX/g6Ttmy/bsVs+rNyy719i1rK5dt0y/Vbd3203bs2yr5fsNu8S9ykQLfNv8DTBMM6pqCAAA";

    [Fact]
    public void A_footer_that_the_package_reads_without_end_is_an_error()
    {
        using var folder = new TemporaryFolder();
        using (var table = new GZipStream(new MemoryStream(Convert.FromBase64String(Table)), CompressionMode.Decompress))
        using (var file = File.Create(folder["scores-00000.parquet"]))
            table.CopyTo(file);
        // A process of its own, because the package's thread goes on.
        using var child = Process.Start(new ProcessStartInfo("dotnet",
            ["exec", typeof(FooterWork).Assembly.Location, "footer", folder["scores-00000.parquet"]])
        { RedirectStandardOutput = true })!;
        child.StandardOutput.ReadToEnd().Trim().ShouldBe(ErrorCodes.VectorTableInvalid);
    }
}
