using Attribution.Models;
using Mono.Cecil;

namespace Attribution.Tests.Tensors;

/// <summary>
/// What of TorchSharp the product calls, read from the compiled assemblies: nothing that makes a temporary scalar on the way, by itself or deep inside, and
/// nothing that ends the process on an error. BannedSymbols.txt says so at compile time of what was known; this looks at what TorchSharp's code does.
/// </summary>
public sealed class TorchSharpCallsTests
{
    private static readonly ModuleDefinition TorchSharp = ModuleDefinition.ReadModule(typeof(global::TorchSharp.torch).Assembly.Location);

    [Theory]
    [InlineData(typeof(Transformer))]
    [InlineData(typeof(QuickstartModel.Training.Trainer))]
    public void Nothing_called_makes_a_scalar_that_nobody_holds(Type member)
    {
        var unsafeMethods = ThatMakeScalars();
        unsafeMethods.ShouldContain(name => name.Contains("Tensor::op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)"));
        Calls(member).Where(call => !call.Caller.StartsWith("Attribution.Tensors.Scalars::", StringComparison.Ordinal) && unsafeMethods.Contains(call.Called))
            .Select(call => $"{call.Caller} calls {call.Called}").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(typeof(Transformer))]
    [InlineData(typeof(QuickstartModel.Training.Trainer))]
    public void Nothing_called_ends_the_process_on_an_error(Type member)
    {
        string[] deadly = ["THSTensor_matmul", "THSAutograd_grad"];
        var closure = Closure(method => Called(method).Any(called => deadly.Contains(called.Name)));
        closure.ShouldContain(name => name.Contains("Tensor::matmul("));
        Calls(member).Where(call => closure.Contains(call.Called)).Select(call => $"{call.Caller} calls {call.Called}").ShouldBeEmpty();
    }

    private static HashSet<string> ThatMakeScalars()
    {
        var closure = Closure(method => !method.DeclaringType.FullName.StartsWith("TorchSharp.Scalar", StringComparison.Ordinal)
            && Called(method).Any(MakesScalar));
        closure.UnionWith(Methods(TorchSharp).Where(MakesScalar).Select(method => method.FullName));
        return closure;
    }

    private static bool MakesScalar(MethodReference method) =>
        (method.DeclaringType.FullName == "TorchSharp.Scalar" && method.Name == "op_Implicit")
        || (method.DeclaringType.FullName == "TorchSharp.ScalarExtensionMethods" && method.Name.StartsWith("To", StringComparison.Ordinal)
            && method.Name.EndsWith("Scalar", StringComparison.Ordinal));

    /// <summary>The methods of TorchSharp for which that holds, and those that call one of them.</summary>
    private static HashSet<string> Closure(Func<MethodDefinition, bool> holds)
    {
        var calls = Methods(TorchSharp).ToDictionary(method => method, method => Called(method).Select(called => called.FullName).ToArray());
        var found = calls.Keys.Where(holds).Select(method => method.FullName).ToHashSet();
        for (var before = -1; before < found.Count;)
        {
            before = found.Count;
            foreach (var (method, called) in calls)
                if (called.Any(found.Contains))
                    found.Add(method.FullName);
        }
        return found;
    }

    private static IEnumerable<(string Caller, string Called)> Calls(Type member)
    {
        using var module = ModuleDefinition.ReadModule(member.Assembly.Location);
        return [.. Methods(module).SelectMany(method => Called(method).Where(c => c.DeclaringType.Scope.Name == "TorchSharp").Select(c =>
            (method.FullName.Split(' ')[1], c.Resolve()?.FullName ?? c.FullName)))];
    }

    private static IEnumerable<MethodReference> Called(MethodDefinition method) => method.Body.Instructions.Select(i => i.Operand).OfType<MethodReference>();

    private static IEnumerable<MethodDefinition> Methods(ModuleDefinition module) =>
        module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody);
}
