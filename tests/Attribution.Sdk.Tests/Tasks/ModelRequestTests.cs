namespace Attribution.Sdk.Tests.Tasks;

/// <summary>What requests say of models beside the base model, and of what a model reads: judges, writers, personas, chat templates.</summary>
public sealed class ModelRequestTests : IDisposable
{
    private readonly RequestedExperiment _experiment = new();

    [Fact]
    public void A_judging_model_is_asked_for_by_name_endpoint_and_prompt_or_by_its_folder()
    {
        _experiment.Eval[0].SetMetadata("Judge", "llm");
        _experiment.Settings["JudgeBudgetTokens"] = "1000000";
        var request = _experiment.Request("Judge");
        request["llm"]!.ToJsonString().ShouldBe(
            """{"model":"gpt-4.1-mini-2025-04-14","endpoint":"https://api.openai.com/v1","concurrency":50,"budgetTokens":1000000}""");
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
    public void The_model_that_writes_a_dataset_is_named_to_the_import_and_judges_nothing()
    {
        _experiment.Settings["JudgeModel"] = "writer";
        _experiment.Eval[0] = RequestedExperiment.Item("empathy", ("Recipe", "persona"), ("Description", "It cares."), ("Trait", "empathy"),
            ("Prompts", "recipe"));
        var request = _experiment.Request("ImportDatasets");
        request["eval"]![0]!["parameters"]!.ToJsonString().ShouldBe("""{"Description":"It cares."}""");
        ((string?)request["llm"]!["model"]).ShouldBe("writer");
        _experiment.Request("Judge")["llm"].ShouldBeNull();
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
