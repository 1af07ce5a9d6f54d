namespace Attribution.Sdk.Tests.Tasks;

/// <summary>What the stages are asked about methods, judges, personas and chat templates.</summary>
public sealed class MethodRequestTests : IDisposable
{
    private readonly RequestedExperiment _experiment = new();

    [Fact]
    public void How_gradients_are_projected_is_in_the_request_only_if_trak_is()
    {
        var before = _experiment.Requests();
        _experiment.Settings["ProjectionSeed"] = "7";
        _experiment.Settings["ProjectionLayers"] = "mlp";
        _experiment.Requests().ShouldBe(before);

        _experiment.Methods.Add("trak");
        _experiment.SelectionMethods.Add("trak");
        _experiment.Request("ComputeAttribution")["projection"]!.ToJsonString().ShouldBe("""{"kind":"kronecker","dimension":4096,"seed":7,"layers":"mlp"}""");
        _experiment.Settings["ProjectionLayers"] = "";
        _experiment.Request("ComputeAttribution")["projection"]!.ToJsonString().ShouldBe("""{"kind":"kronecker","dimension":4096,"seed":7}""");
    }

    [Fact]
    public void How_second_moments_are_taken_out_is_in_the_request_only_if_a_scoring_takes_them_out()
    {
        var before = _experiment.Requests();
        _experiment.Settings["ScoringDamping"] = "0.5";
        _experiment.Settings["ScoringMixture"] = "0.25";
        _experiment.Requests().ShouldBe(before);
        _experiment.Settings["ScoringMethod"] = "cos_sim;trak_full";
        _experiment.Request("SelectTrainingData")["whitening"]!.ToJsonString().ShouldBe("""{"damping":0.5,"mixture":0.25}""");
    }

    [Fact]
    public void The_warm_up_is_in_the_request_only_if_less_is_and_takes_the_first_value_of_an_axis()
    {
        var before = _experiment.Request("ComputeAttribution").ToJsonString();
        _experiment.Settings["WarmUpShare"] = "0.1";
        _experiment.Settings["LearningRate"] = "2e-5;1e-4";
        _experiment.Settings["LoraRank"] = "8;16";
        _experiment.Settings["Seeds"] = "7;8";
        _experiment.Request("ComputeAttribution").ToJsonString().ShouldBe(before);
        _experiment.Methods.Add("less");
        _experiment.SelectionMethods.Add("less");
        var less = _experiment.Request("ComputeAttribution")["less"]!;
        ((double)less["share"]!, (int)less["epochs"]!, (double)less["learningRate"]!, less["lora"]!["ranks"]!.ToJsonString(),
            (long)less["seed"]!).ShouldBe((0.1, 4, 2e-5, "[8]", 7));
    }

    [Fact]
    public void An_experiments_own_code_is_in_the_requests_that_use_it_alone_and_by_content()
    {
        _experiment.Sources.AddRange(["obj/Debug/GlobalUsings.cs", "MyMethod.cs"]);
        _experiment.Folder.Write("bin/tiny.dll", "one");
        _experiment.Requests().Values.ShouldAllBe(r => !r.Contains("plugins", StringComparison.Ordinal));

        _experiment.Methods.Add("my_method");
        var with = _experiment.Requests();
        with.Where(r => r.Value.Contains("plugins", StringComparison.Ordinal)).Select(r => r.Key).ShouldBe(["ComputeAttribution"]);

        _experiment.Folder.Write("bin/tiny.dll", "one");
        _experiment.Requests().ShouldBe(with, "compiled again to the same bytes");
        _experiment.Folder.Write("bin/tiny.dll", "two");
        _experiment.Requests().ShouldNotBe(with);

        _experiment.Methods.Remove("my_method");
        _experiment.Eval[0].SetMetadata("Judge", "mine");
        _experiment.Requests().Where(r => r.Value.Contains("plugins", StringComparison.Ordinal)).Select(r => r.Key).ShouldBe(["Judge"]);
    }

    [Fact]
    public void A_judging_model_is_asked_for_by_name_endpoint_and_prompt_or_by_its_folder()
    {
        _experiment.Eval[0].SetMetadata("Judge", "llm");
        _experiment.Settings["JudgeBudgetTokens"] = "1000000";
        var request = _experiment.Request("Judge");
        request["llm"]!.ToJsonString().ShouldBe("""{"model":"gpt-4.1-mini-2025-04-14","endpoint":"https://api.openai.com/v1","concurrency":50,"budgetTokens":1000000}""");
        request["eval"]![0]!.ToJsonString().ShouldBe("""{"name":"empathy","trait":"empathy","judge":"llm"}""");
        // The shipped prompt's time is looked at, so that a changed one is noticed.
        File.ReadAllText(_experiment.Folder["obj/attribution/Judge.inputs"]).ShouldStartWith("worker/JudgePrompts/empathy.md\t15\t");

        _experiment.Folder.Write("prompts/empathy.md", "How warm is it?");
        _experiment.Settings["JudgePrompts"] = "prompts";
        ((string?)_experiment.Request("Judge")["eval"]![0]!["prompt"]).ShouldBe("prompts/empathy.md");
        _experiment.Folder.Write("mine.md", "How fine is it?");
        _experiment.Eval[0].SetMetadata("JudgePrompt", "mine.md");
        ((string?)_experiment.Request("Judge")["eval"]![0]!["prompt"]).ShouldBe("mine.md");
        File.ReadAllText(_experiment.Folder["obj/attribution/Judge.inputs"]).ShouldStartWith("mine.md\t");

        _experiment.Settings["JudgeModel"] = "./model";
        _experiment.Request("Judge")["llm"]!.ToJsonString().ShouldBe("""{"folder":"model"}""");
        File.ReadAllText(_experiment.Folder["obj/attribution/Judge.inputs"]).ShouldContain("model/config.json\t");
    }

    [Fact]
    public void A_persona_is_asked_for_with_traits_prompts_and_length_and_otherwise_is_not_in_the_request()
    {
        _experiment.Folder.Write("mine/empathy.positive.txt", "Care.");
        _experiment.Settings["PersonaPrompts"] = "mine";
        _experiment.Request("ComputeAttribution")["persona"].ShouldBeNull();
        _experiment.SelectionMethods.Add("persona_vector_gen");
        var request = _experiment.Request("ComputeAttribution");
        request["persona"]!.ToJsonString().ShouldBe("""{"traits":{"empathy":"empathy"},"prompts":"mine","maxNewTokens":1024}""");
        request["plugins"].ShouldBeNull();
        File.ReadAllText(_experiment.Folder["obj/attribution/ComputeAttribution.inputs"]).ShouldContain("mine/empathy.positive.txt");

        _experiment.Settings["PersonaSeed"] = "5";
        _experiment.Request("ComputeAttribution")["persona"]!["sampling"].ShouldBeNull("answers of the likeliest tokens have no seed");
        (_experiment.Settings["PersonaAnswers"], _experiment.Settings["PersonaTemperature"]) = ("10", "1");
        _experiment.Request("ComputeAttribution")["persona"]!["sampling"]!.ToJsonString().ShouldBe("""{"answers":10,"temperature":1,"seed":5}""");

        _experiment.SelectionMethods.Add("persona_vector");
        _experiment.Eval[0].SetMetadata("PersonaVector", _experiment.Folder.Write("empathy.safetensors", ""));
        _experiment.Request("ComputeAttribution")["personaVectors"]!["empathy"].ShouldNotBeNull();
    }

    [Fact]
    public void A_chat_template_that_is_a_file_is_read_by_the_stages_that_run_the_model()
    {
        _experiment.Settings["ChatTemplate"] = _experiment.Folder.Write("own.jinja", "{{ messages }}");
        foreach (var stage in new[] { "ComputeAttribution", "FineTune", "Evaluate" })
        {
            ((string?)_experiment.Request(stage)["chatTemplate"]).ShouldBe(_experiment.Settings["ChatTemplate"]);
            File.ReadAllText(_experiment.Folder[$"obj/attribution/{stage}.inputs"]).ShouldContain("own.jinja\t14\t");
        }
        _experiment.Settings["ChatTemplate"] = "chatml";
        _experiment.Requests();
        File.ReadAllText(_experiment.Folder["obj/attribution/FineTune.inputs"]).ShouldNotContain("jinja");
    }

    [Fact]
    public void Chat_templates_with_a_name_are_files_of_the_model()
    {
        _experiment.Folder.Write("model/additional_chat_templates/tool_use.jinja", "{{ tools }}");
        _experiment.Eval[0].SetMetadata("Judge", "llm");
        _experiment.Settings["JudgeModel"] = "./model";
        _experiment.Requests();
        foreach (var stage in new[] { "ComputeAttribution", "FineTune", "Evaluate", "Judge" })
            File.ReadAllText(_experiment.Folder[$"obj/attribution/{stage}.inputs"]).ShouldContain("model/additional_chat_templates/tool_use.jinja\t11\t");
    }

    public void Dispose() => _experiment.Dispose();
}
