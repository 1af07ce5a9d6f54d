using Attribution.Diagnostics;
using Attribution.FineTuning;
using Attribution.Models.Lora;
using Attribution.Tensors;
using Attribution.Tests.Models;
using static TorchSharp.torch;

namespace Attribution.Tests.Tensors;

public sealed class OutOfMemoryTests
{
    [Fact]
    public void An_allocation_that_fails_in_a_step_of_fine_tuning_is_an_error_that_says_how_much_was_asked_for()
    {
        using var files = TinyCheckpoint.Llama();
        using var model = files.Load();
        model.Transformer.Linears[0].Observer = (_, _) => zeros(1L << 50, device: TinyModel.Device).Dispose();
        var options = new FineTuningOptions { Lora = new LoraConfig { Rank = 2 } };
        var error = Should.Throw<AttributionException>(() => new LoraFineTuner(options).Train(model, [new([1, 2, 3, 4], [false, true, true, true])]));
        error.Code.ShouldBe(ErrorCodes.OutOfMemory);
        error.Message.ShouldContain(TestDevice.Name == "cpu" ? "4194304 GiB of memory were asked for" : "4194304.00 GiB of the GPU's memory were asked for");
        error.Message.ShouldContain("BatchSize");
        model.Adapter.ShouldBeNull(); // nothing is left attached
        model.Transformer.Linears.Where(linear => linear.Observer is not null).ShouldHaveSingleItem()
            .ShouldBe(model.Transformer.Linears[0], "nobody watches any more, and nobody's watch is undone");
    }

    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 79.11 GiB", "2.50 GiB of the GPU's memory")]
    [InlineData("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate "
        + "3221225472 bytes. Error code 12", "3 GiB of memory")]
    public void Both_allocators_are_understood(string message, string said) =>
        OutOfMemory.Of(new InvalidOperationException("outer", new System.Runtime.InteropServices.ExternalException(message)))!.Message.ShouldStartWith(said);

    [Fact]
    public void Other_errors_are_not_taken_for_it() => OutOfMemory.Of(new InvalidOperationException("mat1 and mat2 "
        + "shapes cannot be multiplied")).ShouldBeNull();
}
