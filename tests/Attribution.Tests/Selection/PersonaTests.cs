using System.Text.Json;
using Attribution.Data;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Models.Safetensors;
using Attribution.Selection.Personas;
using Attribution.Tests.Models.Checkpoints;
using Attribution.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Selection;

public sealed class PersonaTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_trait_that_comes_along_has_two_prompts_and_a_folder_goes_before_them()
    {
        foreach (var trait in PersonaPrompts.Traits)
        {
            var shipped = PersonaPrompts.Of(trait);
            shipped.Positive.ShouldNotBe(shipped.Negative);
        }
        _folder.Write("modesty.positive.txt", "Be small.\n");
        _folder.Write("modesty.negative.txt", "Be great.\n");
        PersonaPrompts.Of("modesty", _folder.Path).ShouldBe(new PersonaPrompts("modesty", "Be small.", "Be great."));
        PersonaPrompts.Of("empathy", _folder.Path).ShouldBe(PersonaPrompts.Of("empathy"));
    }

    [Fact]
    public void Further_pairs_have_numbers_and_come_in_their_order()
    {
        foreach (var name in (string[])["modesty.10", "modesty", "modesty.2", "modesty.x", "humble.modesty"])
        {
            _folder.Write($"{name}.positive.txt", $"{name} on");
            _folder.Write($"{name}.negative.txt", $"{name} off");
        }
        PersonaPrompts.AllOf("modesty", _folder.Path).ShouldBe([.. new[] { "modesty", "modesty.2", "modesty.10" }.Select(name =>
            new PersonaPrompts("modesty", $"{name} on", $"{name} off"))]);
        PersonaPrompts.AllOf("empathy", _folder.Path).ShouldBe([PersonaPrompts.Of("empathy")]);
        PersonaPrompts.AllOf("empathy", _folder["nowhere"]).ShouldBe([PersonaPrompts.Of("empathy")]);
    }

    [Theory]
    [InlineData("grumpiness", "", "grumpiness.positive.txt")]
    [InlineData("grumpiness", "grumpiness.2.positive.txt", "not grumpiness.2.negative.txt")]
    [InlineData("grumpiness", "grumpiness.negative.txt", "not grumpiness.positive.txt")]
    [InlineData("empathy", "empathy.positive.txt", "not empathy.negative.txt")]
    [InlineData("grumpiness", "grumpiness.positive.txt grumpiness.negative.txt", "grumpiness.positive.txt is empty")]
    public void Prompts_that_are_missing_are_named(string trait, string files, string text)
    {
        foreach (var file in files.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            _folder.Write(file, " \n");
        var error = Should.Throw<AttributionException>(() => PersonaPrompts.Of(trait, _folder.Path));
        (error.Code, error.Property).ShouldBe((ErrorCodes.PersonaPromptsMissing, "PersonaPrompts"));
        error.Message.ShouldContain(text);
    }

    [Fact]
    public void The_vector_is_the_direction_of_the_mean_difference_at_each_layer()
    {
        using var model = TinyModel.Create();
        var computer = new VectorComputer(model.Transformer, AttributionMethods.BuiltIn);
        var encoder = new RowEncoder(null, 64, TinyModel.VocabularySize);
        var (positives, negatives) = (TinyModel.Conversations(5, 1), TinyModel.Conversations(5, 2));
        var pairs = positives.Zip(negatives, (p, n) => new DatasetRow(0, new TokenConversation(p.Ids, p.Keep), new TokenConversation(n.Ids, n.Keep)))
            .Append(new DatasetRow(5, new TokenConversation([3, 4], [false, false]), new TokenConversation([3, 4], [false, false])));
        var vectors = PersonaVectors.Compute(computer, encoder, pairs, [0, 2]);
        foreach (var layer in new[] { 0, 2 })
        {
            var mean = new double[model.Config.HiddenSize];
            foreach (var (side, sign) in new[] { (positives, 1), (negatives, -1) })
            {
                var rows = computer.Compute([.. side.Select((s, i) => new TokenizedRow(i, s))], [new VectorKey("residual_treatment", layer)]).Values.Single();
                for (var i = 0; i < rows.Length; i++)
                    mean[i % mean.Length] += sign * rows[i] / side.Length;
            }
            var norm = Math.Sqrt(mean.Sum(v => v * v));
            for (var d = 0; d < mean.Length; d++)
                ((double)vectors[layer][d]).ShouldBe(mean[d] / norm, 1e-5);
        }
        Should.Throw<AttributionException>(() => PersonaVectors.Compute(computer, encoder, [pairs.Last()], [0])).Code.ShouldBe(ErrorCodes.NoVectors);
    }

    [Fact]
    public void The_prompts_of_an_evaluation_set_are_its_conversations_up_to_the_last_answer_each_once()
    {
        DatasetRow Row(params (string Role, string Content)[] messages) =>
            new(7, new MessageConversation([.. messages.Select(m => new ChatMessage(m.Role, m.Content))]), null);
        var prompts = PersonaPairs.PromptsOf(
        [
            Row(("user", "a"), ("assistant", "1")),
            Row(("user", "a"), ("assistant", "1"), ("user", "b"), ("assistant", "2")),
            Row(("user", "a"), ("assistant", "3")),
        ]);
        prompts.Select(p => string.Concat(p.Messages.Select(m => m.Content))).ShouldBe(["a", "a1b"]);

        // With other variables of the template it is another prompt.
        MessageConversation Styled(string style) => new([new("user", "a"), new("assistant", "1")])
        {
            Variables = new Dictionary<string, JsonElement> { ["style"] = JsonSerializer.SerializeToElement(style) }
        };
        PersonaPairs.PromptsOf([Row(("user", "a"), ("assistant", "1")), .. new[] { "short", "long", "long" }.Select(style =>
            new DatasetRow(7, Styled(style), null))]).Select(p => p.Variables?["style"].GetString()).ShouldBe([null, "short", "long"]);

        PersonaPairs.Under("Be kind.", prompts[0].Messages).ShouldBe([new("system", "Be kind."), new("user", "a")]);
        PersonaPairs.Under("Be kind.", [new("system", "Be brief."), new("user", "a")]).ShouldBe([new("system", "Be kind.\n\nBe brief."), new("user", "a")]);

        foreach (var row in new[] { Row(("assistant", "1")), new DatasetRow(7, new TokenConversation([3], [true]), null) })
        {
            var error = Should.Throw<AttributionException>(() => PersonaPairs.PromptsOf([row], "eval.jsonl"));
            (error.Code, error.File, error.Row).ShouldBe((ErrorCodes.PersonaPromptUnusable, "eval.jsonl", 7));
        }
    }

    [Theory]
    [InlineData(new long[] { 4 }, 0)]
    [InlineData(new long[] { 3, 4 }, 2)]
    [InlineData(new long[] { 4, 4 }, 3)]
    public void A_file_holds_one_vector_or_one_per_block_or_one_per_hidden_state(long[] shape, int row)
    {
        var path = Save(("v", arange(16, dtype: float32)[..(int)shape.Aggregate((a, b) => a * b)].reshape(shape) + 1));
        var norm = Math.Sqrt(Enumerable.Range(0, 4).Sum(d => Math.Pow(row * 4 + d + 1, 2)));
        float[] expected = [.. Enumerable.Range(0, 4).Select(d => (float)((row * 4 + d + 1) / norm))];
        PersonaVectorFile.Read(path, layer: 2, blocks: 3, width: 4).ShouldBe(expected);

        path = _folder["v.npy"];
        File.WriteAllBytes(path, [.. NpyHeader.Write(NpyType.Float64, shape),
            .. Enumerable.Range(1, (int)shape.Aggregate((a, b) => a * b)).SelectMany(v => BitConverter.GetBytes((double)v))]);
        PersonaVectorFile.Read(path, layer: 2, blocks: 3, width: 4).ShouldBe(expected);

        path = _folder["v.pt"];
        int[] sizes = [.. shape.Select(n => (int)n)], strides = sizes is [_] ? [1] : [4, 1];
        var count = sizes.Aggregate((a, b) => a * b);
        File.WriteAllBytes(path, CheckpointFile.Checkpoint(PickleWriter.Write(new PickleWriter.StoredTensor("FloatStorage", "0", count, 0, sizes, strides)),
            [.. Enumerable.Range(1, count).SelectMany(v => BitConverter.GetBytes((float)v))]));
        PersonaVectorFile.Read(path, layer: 2, blocks: 3, width: 4).ShouldBe(expected);
    }

    [Fact]
    public void A_file_that_holds_no_persona_vector_of_the_model_says_why()
    {
        Expect(_folder["no.safetensors"], "There is no file");
        Expect(_folder.Write("v.txt", "1 2 3"), "can be read");
        Expect(Save(("v", ones(5, 4))), "holds [5, 4]; for this model of 3 blocks and width 4 it must be [4], [3, 4] or [4, 4]");
        Expect(Save(("v", zeros(4))), "zero or not finite");
        Expect(Save(("v", ones(4)), ("w", ones(4))), "2 tensors (v, w)");

        static void Expect(string path, string text)
        {
            var error = Should.Throw<AttributionException>(() => PersonaVectorFile.Read(path, 2, 3, 4));
            (error.Code, error.File, error.Property).ShouldBe((ErrorCodes.PersonaVectorInvalid, path, "PersonaVector"));
            error.Message.ShouldContain(text);
        }
    }

    private string Save(params (string Name, Tensor Tensor)[] tensors)
    {
        var path = _folder[$"{Guid.NewGuid():N}.safetensors"];
        SafetensorsTensors.Save(path, tensors.Select(t => KeyValuePair.Create(t.Name, t.Tensor)));
        return path;
    }
}
