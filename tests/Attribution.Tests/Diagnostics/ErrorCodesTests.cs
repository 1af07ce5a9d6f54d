using Attribution.Diagnostics;

namespace Attribution.Tests.Diagnostics;

public sealed class ErrorCodesTests
{
    [Fact]
    public void Every_code_means_one_thing()
    {
        string[] codes = [.. typeof(ErrorCodes).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!)];
        codes.Length.ShouldBeGreaterThan(50);
        codes.ShouldBeUnique();
    }
}
