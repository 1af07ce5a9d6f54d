using System.Reflection;
using Attribution.Torch.Native;
using TorchSharp;

namespace Attribution.Torch.Tests.Operators;

public sealed class OperatorTableTests
{
    /// <summary>What the binding computes itself where the libtorch is too old to have it.</summary>
    private static readonly string[] HaveAFallback = ["scaled_dot_product_attention"];

    [Fact]
    public void Every_operator_in_the_table_is_in_the_loaded_libtorch()
    {
        var fields = typeof(Aten).GetFields(BindingFlags.Static | BindingFlags.NonPublic);
        fields.Length.ShouldBeGreaterThan(100);
        fields.Where(f => !((Operator)f.GetValue(null)!).Exists && !HaveAFallback.Contains(f.Name)).Select(f => f.Name).ShouldBeEmpty();
    }

    [Fact]
    public void An_operator_that_libtorch_lacks_is_named_with_its_version()
    {
        var missing = new Operator("aten::no_such_operator", "Tensor");
        missing.Exists.ShouldBeFalse();
        Should.Throw<NotSupportedException>(() => missing.Call()).Message
            .ShouldSatisfyAllConditions(m => m.ShouldContain("aten::no_such_operator.Tensor"), m => m.ShouldContain(torch.__version__));
    }
}
