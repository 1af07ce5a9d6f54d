using Attribution.Diagnostics;

namespace Attribution.Sdk.Tests.Tasks;

/// <summary>What is wrong with a project is said with a code, the name at fault, and what to do.</summary>
public sealed class ProjectErrorTests : IDisposable
{
    private readonly RequestedExperiment _experiment = new();

    [Theory]
    [InlineData("BaseModel", "", ErrorCodes.PropertyMissing, "BaseModel is not set")]
    [InlineData("BaseModel", "no/such/folder", ErrorCodes.ModelMissing, "no/such/folder")]
    [InlineData("AttributionLayer", "", ErrorCodes.PropertyMissing, "Blocks count from 0")]
    [InlineData("AttributionLayer", "2;x", ErrorCodes.ValueInvalid, "AttributionLayer is '2;x'")]
    [InlineData("AttributionLayer", "2;3", ErrorCodes.LayerAmbiguous, "<SelectionLayer>")]
    [InlineData("SelectionLayer", "4", ErrorCodes.LayerAmbiguous, "SelectionLayer is 4")]
    [InlineData("TopK", "many", ErrorCodes.ValueInvalid, "TopK is 'many'. Give a whole number from 1.")]
    [InlineData("TopK", "50;many", ErrorCodes.ValueInvalid, "TopK is 'many'. Give a whole number from 1.")]
    [InlineData("TopK", ";", ErrorCodes.ValueInvalid, "TopK is ';'. Give a value, or several with ';' between them.")]
    [InlineData("BatchSize", "4;8", ErrorCodes.ValueInvalid, "BatchSize is '4;8'. Give one value: it is no axis of a sweep.")]
    [InlineData("Seeds", "0;x", ErrorCodes.ValueInvalid, "Seeds is 'x'. Give a whole number from 0.")]
    [InlineData("Seed", "0;1", ErrorCodes.ValueInvalid, "Seed is '0;1'. Give one whole number; several seeds are Seeds.")]
    [InlineData("SelectionLayer", "2;4", ErrorCodes.LayerAmbiguous, "SelectionLayer is 4")]
    [InlineData("TopK", "0", ErrorCodes.ValueInvalid, "TopK is '0'")]
    [InlineData("LearningRate", "1e-4f", ErrorCodes.ValueInvalid, "LearningRate is '1e-4f'")]
    [InlineData("ScoringMethod", "cosine", ErrorCodes.ValueInvalid, "ScoringMethod is 'cosine'. Use cos_sim, proj, dot_product, ")]
    [InlineData("TopP", "1.5", ErrorCodes.ValueInvalid, "Give a number above 0 and at most 1.")]
    [InlineData("TopP", "0", ErrorCodes.ValueInvalid, "TopP is '0'")]
    [InlineData("LearningRate", "1e-4;0", ErrorCodes.ValueInvalid, "LearningRate is '0'. Give a number above 0.")]
    [InlineData("LoraDropout", "1", ErrorCodes.ValueInvalid, "LoraDropout is '1'. Give a number from 0 to below 1.")]
    [InlineData("WarmUpShare", "0", ErrorCodes.ValueInvalid, "WarmUpShare is '0'")]
    [InlineData("VectorFormat", "float16", ErrorCodes.ValueInvalid, "parquet, npy, npy-float16 or int8")]
    [InlineData("AttributionDType", "fp16", ErrorCodes.ValueInvalid, "float32 or bfloat16")]
    [InlineData("Loss", "every_turn", ErrorCodes.ValueInvalid, "last_turn or all_turns")]
    [InlineData("Projection", "dense", ErrorCodes.ValueInvalid, "kronecker or sparse")]
    [InlineData("ProjectionDim", "4000", ErrorCodes.ValueInvalid, "a square number")]
    [InlineData("ProjectionDim", "0", ErrorCodes.ValueInvalid, "ProjectionDim is '0'")]
    [InlineData("ProjectionSeed", "x", ErrorCodes.ValueInvalid, "ProjectionSeed is 'x'")]
    [InlineData("Variant", "a/b", ErrorCodes.ValueInvalid, "Variant is 'a/b'")]
    [InlineData("GenerateControls", "yes", ErrorCodes.ValueInvalid, "true or false")]
    [InlineData("Devices", "cuda:0;gpu1", ErrorCodes.ValueInvalid, "'gpu1' is no device of a worker")]
    [InlineData("Devices", "cuda", ErrorCodes.ValueInvalid, "'cuda' is no device of a worker")]
    [InlineData("Devices", "cuda:0;cuda:00", ErrorCodes.ValueInvalid, "with cuda:0 more than once")]
    [InlineData("Devices", "cpu;cuda:0", ErrorCodes.ValueInvalid, "with a CPU beside GPUs")]
    [InlineData("Devices", ";", ErrorCodes.ValueInvalid, "Devices names no device")]
    [InlineData("AcceptSnapshot", "yes", ErrorCodes.ValueInvalid, "true or false")]
    public void A_property_that_cannot_be(string property, string value, string code, string text)
    {
        _experiment.Settings[property] = value;
        var error = _experiment.Error();
        error.Code.ShouldBe(code);
        error.Message.ShouldNotBeNull().ShouldContain(text);
    }

    [Theory]
    [InlineData("Device", "cuda", "Device is 'cuda' and Devices is 'cuda:0;cuda:1'")]
    [InlineData("Workers", "3", "Workers is 3 and Devices is 'cuda:0;cuda:1'")]
    public void Two_answers_to_which_devices_there_are(string property, string value, string text)
    {
        (_experiment.Settings["Devices"], _experiment.Settings[property]) = ("cuda:0;cuda:1", value);
        _experiment.Error(ErrorCodes.ValueInvalid, text);
    }

    [Fact]
    public void Two_answers_to_which_seeds_there_are()
    {
        (_experiment.Settings["Seed"], _experiment.Settings["Seeds"]) = ("1", "0;1");
        _experiment.Error(ErrorCodes.ValueInvalid, "Seed is 1 and Seeds is 0;1");
    }

    [Fact]
    public void The_same_seed_twice_is_one_answer()
    {
        (_experiment.Settings["Seed"], _experiment.Settings["Seeds"]) = ("1", "1");
        _experiment.Request("FineTune")["seeds"]!.ToJsonString().ShouldBe("[1]");
    }

    [Fact]
    public void A_project_without_datasets_and_runs_hears_of_all_of_it_at_once()
    {
        _experiment.Train.Clear();
        _experiment.Eval.Clear();
        _experiment.Methods.Clear();
        _experiment.SelectionMethods.Clear();
        _experiment.Baselines.Clear();
        _experiment.Write().ShouldBeFalse();
        _experiment.Engine.Errors.Select(e => e.Code).ShouldBe([ErrorCodes.NoTrainDataset, ErrorCodes.NoEvalDataset,
            ErrorCodes.NothingToRun]);
    }

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
    public void A_parameter_of_a_recipe_without_a_recipe()
    {
        _experiment.Train[0] = RequestedExperiment.Item("data/pool.jsonl", ("Level", "hard"));
        _experiment.Error(ErrorCodes.ValueInvalid, "no Recipe");
    }

    [Theory]
    [InlineData("Format=aplaca", "Format of TrainDataset data/pool.jsonl is 'aplaca'. Use treatment, messages, sharegpt, "
        + "prompt_completion, alpaca or preference.")]
    [InlineData("Recipe=dolly_10k;Format=alpaca", "TrainDataset data/pool.jsonl has Format=\"alpaca\" and Recipe=\"dolly_10k\"")]
    [InlineData("Recipe=dolly_10k;TreatmentColumn=bad", "TrainDataset data/pool.jsonl has TreatmentColumn=\"bad\" and Recipe=\"dolly_10k\"")]
    [InlineData("Recipe=dolly_10k;ControlColumn=good", "TrainDataset data/pool.jsonl has ControlColumn=\"good\" and Recipe=\"dolly_10k\"")]
    [InlineData("Format=alpaca;TreatmentColumn=bad", "TrainDataset data/pool.jsonl has Format=\"alpaca\" and TreatmentColumn=\"bad\"")]
    [InlineData("ControlColumn=good", "TrainDataset data/pool.jsonl has ControlColumn=\"good\" and no TreatmentColumn")]
    public void A_layout_that_there_is_not_or_that_something_else_excludes(string metadata, string text)
    {
        _experiment.Train[0] = RequestedExperiment.Item("data/pool.jsonl",
            [.. metadata.Split(';').Select(entry => entry.Split('=')).Select(entry => (entry[0], entry[1]))]);
        _experiment.Error(ErrorCodes.ValueInvalid, text);
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
        _experiment.Error(ErrorCodes.MethodsDoNotPair,
            "AttributionMethod residual_diff has nothing to compare with: the other side has rds and trak alone");
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

    [Fact]
    public void A_dataset_that_is_not_there_is_named_by_its_full_path_and_line()
    {
        _experiment.Folder.Write("tiny.csproj", "<Project>\n<ItemGroup>\n<TrainDataset Include=\"data/nothere.jsonl\" />\n</ItemGroup>\n</Project>");
        _experiment.Train[0] = RequestedExperiment.Item("data/nothere.jsonl");
        var error = _experiment.Error(ErrorCodes.DatasetMissing, _experiment.Folder["data/nothere.jsonl"]);
        error.File.ShouldBe(_experiment.Folder["tiny.csproj"]);
        error.LineNumber.ShouldBe(3);
    }

    [Fact]
    public void A_dataset_made_by_a_recipe_need_not_be_a_file()
    {
        _experiment.Train.Add(RequestedExperiment.Item("dolly", ("Recipe", "dolly_10k")));
        _experiment.Write().ShouldBeTrue();
    }

    [Fact]
    public void Two_datasets_of_one_name()
    {
        _experiment.Folder.Write("other/pool.jsonl", "");
        _experiment.Train.Add(RequestedExperiment.Item("other/pool.jsonl"));
        _experiment.Error(ErrorCodes.DatasetNameTaken, "data/pool.jsonl and other/pool.jsonl");
    }

    [Fact]
    public void Prompts_without_a_trait()
    {
        _experiment.Eval[0].RemoveMetadata("Trait");
        _experiment.Error(ErrorCodes.TraitMissing, "Add Trait=");
    }

    [Fact]
    public void Metadata_that_is_no_number()
    {
        _experiment.Train[0].SetMetadata("Take", "half");
        _experiment.Error(ErrorCodes.ValueInvalid, "Take of TrainDataset data/pool.jsonl is 'half'");
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

    public void Dispose() => _experiment.Dispose();
}
