using Attribution.ContextAttribution;
using Attribution.Diagnostics;
using Attribution.Tests.Models;

namespace Attribution.Tests.ContextAttribution;

public sealed class AttributionTaskTests
{
    private static readonly int[] s_tokens = TinyCheckpoint.Tokens(12, 1);

    [Theory]
    [InlineData(0, 3)]
    [InlineData(8, 8)]
    [InlineData(8, 13)]
    public void A_target_that_is_empty_or_out_of_the_sequence_is_an_error(int start, int end) =>
        ErrorOf(() => new AttributionTask(s_tokens, new(start, end), [new(0, 1)], [])).Message.ShouldContain("target");

    [Fact]
    public void Sources_that_are_none_empty_overlapping_or_in_the_target_are_errors()
    {
        TokenRange target = new(8, 12);
        ErrorOf(() => new AttributionTask(s_tokens, target, [], [])).Message.ShouldContain("no source");
        foreach (var sources in (TokenRange[][])[[new(2, 2)], [new(-1, 2)], [new(2, 5), new(4, 6)], [new(4, 6), new(1, 2)], [new(2, 9)]])
            ErrorOf(() => new AttributionTask(s_tokens, target, sources, [])).Message.ShouldContain("Source");
    }

    [Fact]
    public void Units_that_are_empty_or_outside_the_target_are_errors()
    {
        foreach (var unit in (TokenRange[])[new(9, 9), new(7, 9), new(11, 13)])
            ErrorOf(() => new AttributionTask(s_tokens, new(8, 12), [new(2, 5)], [unit])).Message.ShouldContain("Unit 0");
    }

    [Fact]
    public void A_sequence_that_the_model_cannot_read_is_an_error()
    {
        using var tiny = TinyCheckpoint.Phi3();
        using var model = tiny.Load();
        var masks = AblationMasks.Without(1, [[]]);
        var tooLong = new AttributionTask(TinyCheckpoint.Tokens(65, 1), new(60, 65), [new(2, 5)], [new(60, 65)]);
        ErrorOf(() => AblatedOutputs.Compute(model.Transformer, tooLong, masks)).Message.ShouldContain("64");
        ErrorOf(() => AttentionFeatures.Compute(model.Transformer, tooLong));
        var foreign = new AttributionTask([.. s_tokens[..11], 23], new(8, 12), [new(2, 5)], [new(8, 12)]);
        Should.Throw<AttributionException>(() => AblatedOutputs.Compute(model.Transformer, foreign, masks)).Code.ShouldBe(ErrorCodes.TokenOutOfRange);
    }

    [Fact]
    public void A_task_without_units_gives_no_features_and_is_left_to_be_counted()
    {
        using var tiny = TinyCheckpoint.Llama();
        using var model = tiny.Load();
        var task = new AttributionTask(s_tokens, new(8, 12), [new(2, 5)], []);
        var features = ContextAttributor.FeaturesAndOutputs(model.Transformer, task, AblationMasks.Random(4, 1, 0.5, 1, "x"));
        (features.UnitCount, features.MaskCount, features.Features.Length, features.Outputs.Length).ShouldBe((0, 4, 0, 0));
    }

    private static AttributionException ErrorOf(Action action)
    {
        var error = Should.Throw<AttributionException>(action);
        error.Code.ShouldBe(ErrorCodes.AttributionTaskInvalid);
        return error;
    }
}
