using Attribution.Diagnostics;
using Attribution.Torch.Provisioning;

namespace Attribution.Tests.Diagnostics;

public sealed class ErrorCodesTests
{
    [Fact]
    public void Every_code_means_one_thing()
    {
        string[] codes = [.. new[] { typeof(ErrorCodes), typeof(TorchErrorCodes) }.SelectMany(type => type.GetFields()).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!)];
        codes.Length.ShouldBeGreaterThan(50);
        codes.ShouldBeUnique();
    }
}
