using Attribution.Diagnostics;

namespace Attribution.Sdk.Tests.Tasks;

/// <summary>Methods, baselines, personas and judges that cannot be are errors with a code, the name at fault, and what to do.</summary>
public sealed class MethodErrorTests : IDisposable
{
    private readonly RequestedExperiment _experiment = new();

    [Fact]
    public void A_method_on_one_side_only()
    {
        _experiment.SelectionMethods.Clear();
        _experiment.Error(ErrorCodes.NothingToRun, "no SelectionMethod");
    }

    [Theory]
    [InlineData("persona_vector_gen", ErrorCodes.TraitMissing, "has no Trait")]
    [InlineData("persona_vector", ErrorCodes.PropertyMissing, "PersonaVector=")]
    public void A_persona_without_what_it_is_made_from(string method, string code, string text)
    {
        _experiment.Eval[0] = RequestedExperiment.Item("data/empathy.jsonl");
        _experiment.SelectionMethods.Add(method);
        _experiment.Error(code, text);
    }

    [Fact]
    public void A_persona_is_no_vector_of_training_rows()
    {
        _experiment.Methods.Add("persona_vector_gen");
        _experiment.Error(ErrorCodes.NothingToRun, "write <SelectionMethod");
    }

    [Fact]
    public void A_folder_of_persona_prompts_that_is_not_there()
    {
        _experiment.Settings["PersonaPrompts"] = "nowhere";
        _experiment.Error(ErrorCodes.ValueInvalid, "TRAIT.positive.txt");
    }

    [Fact]
    public void Several_answers_of_the_likeliest_tokens()
    {
        _experiment.Settings["PersonaAnswers"] = "10";
        _experiment.Error(ErrorCodes.ValueInvalid, "Set PersonaTemperature");
    }

    [Theory]
    [InlineData("trak")]
    [InlineData("rds")]
    [InlineData("less")]
    public void A_method_of_the_whole_model_pairs_with_itself_alone(string method)
    {
        _experiment.Methods.Add(method);
        _experiment.Error(ErrorCodes.MethodsDoNotPair, $"Add <SelectionMethod Include=\"{method}\" />");
        _experiment.SelectionMethods.Add(method);
        _experiment.Write().ShouldBeTrue();
    }

    [Fact]
    public void A_method_beside_those_of_the_whole_model_needs_another_to_pair_with()
    {
        _experiment.Methods.AddRange(["trak", "rds"]);
        _experiment.SelectionMethods.Clear();
        _experiment.SelectionMethods.AddRange(["rds", "trak"]);
        _experiment.Error(ErrorCodes.MethodsDoNotPair, "AttributionMethod residual_diff has nothing to compare with: the other side has rds and trak alone");
    }

    [Theory]
    [InlineData("trak", "cos_sim_debias_eval")]
    [InlineData("trak", "linear")]
    [InlineData("rds", "mlp")]
    public void A_method_of_the_whole_model_has_no_controls_to_compare_with(string method, string scoring)
    {
        _experiment.Methods.Add(method);
        _experiment.SelectionMethods.Add(method);
        _experiment.Settings["ScoringMethod"] = scoring;
        _experiment.Error(ErrorCodes.MethodsDoNotPair, $"do not compare with those of {method}");
    }

    [Theory]
    [InlineData("JudgeModel", "./judge", ErrorCodes.ModelMissing, "reads like a folder")]
    [InlineData("JudgeEndpoint", "localhost:8000", ErrorCodes.ValueInvalid, "no http or https address")]
    [InlineData("JudgeEndpoint", "https://sk-secret@example.org/v1", ErrorCodes.ValueInvalid, "a key belongs into the environment")]
    [InlineData("JudgeBudgetTokens", "1e6", ErrorCodes.ValueInvalid, "JudgeBudgetTokens is '1e6'")]
    [InlineData("JudgeConcurrency", "0", ErrorCodes.ValueInvalid, "JudgeConcurrency is '0'")]
    [InlineData("JudgePrompts", "nowhere", ErrorCodes.JudgePromptMissing, "There is no folder")]
    public void A_judging_model_that_cannot_be(string property, string value, string code, string text)
    {
        _experiment.Settings["Judge"] = "llm";
        _experiment.Settings[property] = value;
        _experiment.Error(code, text).Message.ShouldNotBeNull().ShouldNotContain("sk-secret");
    }

    [Fact]
    public void A_trait_without_a_judging_prompt()
    {
        _experiment.Settings["Judge"] = "llm";
        _experiment.Eval[0].SetMetadata("Trait", "charm");
        _experiment.Error(ErrorCodes.JudgePromptMissing, "knows empathy");
    }

    [Fact]
    public void A_judging_prompt_that_is_not_there()
    {
        _experiment.Settings["Judge"] = "llm";
        _experiment.Eval[0].SetMetadata("JudgePrompt", "charm.md");
        _experiment.Error(ErrorCodes.JudgePromptMissing, _experiment.Folder["charm.md"]);
    }

    [Fact]
    public void An_unknown_baseline_and_a_baseline_among_the_methods()
    {
        _experiment.Baselines.Add("zero");
        _experiment.Methods.Add("random");
        _experiment.Write().ShouldBeFalse();
        _experiment.Engine.Errors.Select(e => e.Code).ShouldBe([ErrorCodes.UnknownBaseline, ErrorCodes.UnknownBaseline]);
        _experiment.Engine.Errors[0].Message.ShouldNotBeNull().ShouldContain("Use random, none, bm25, loss or length.");
        _experiment.Engine.Errors[1].Message.ShouldNotBeNull().ShouldContain("<Baseline Include=\"random\" />");
    }

    [Fact]
    public void A_misspelled_method_is_an_error_before_anything_runs_unless_the_projects_own_files_may_hold_it()
    {
        _experiment.Methods.Add("residual_dif");
        _experiment.Folder.Write("tiny.csproj", "<Project>\n<ItemGroup>\n<AttributionMethod Include=\"residual_diff;residual_dif\" "
            + "/>\n</ItemGroup>\n</Project>");
        var error = _experiment.Error(ErrorCodes.MethodMisspelled, "There is no AttributionMethod 'residual_dif', and the project has no C# file that could hold "
            + "it. Did you mean residual_diff? Use one of: grad_act_treatment, ");
        error.LineNumber.ShouldBe(3);
        _experiment.Sources.Add("Mine.cs");
        _experiment.Folder.Write("bin/tiny.dll", "");
        _experiment.Write().ShouldBeTrue();
    }

    [Fact]
    public void A_trait_without_rules_is_an_error_before_anything_runs_unless_another_judges()
    {
        _experiment.Eval[0].SetMetadata("Trait", "sycofancy");
        _experiment.Error(ErrorCodes.TraitWithoutRules, "There are no judging rules for the trait 'sycofancy'. Did you mean sycophancy?");
        _experiment.Settings["Judge"] = "own";
        _experiment.Write().ShouldBeTrue();
    }

    public void Dispose() => _experiment.Dispose();
}
