using Attribution.Diagnostics;
using Attribution.Models.Hub;

namespace Attribution.Tests.Models.Hub;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("config.json model.safetensors", ModelContents.All)]
    [InlineData("config.json model.safetensors.index.json", ModelContents.All)]
    [InlineData("tokenizer.json", ModelContents.Text)]
    public void A_folder_is_taken_as_it_is(string files, ModelContents contents)
    {
        Fill(files);

        ModelFolder.Resolve(_folder.Path, contents).ShouldBe(new(_folder.Path, null, null));
    }

    [Theory]
    [InlineData("model.safetensors", ModelContents.All, "config.json", "no config.json")]
    [InlineData("config.json", ModelContents.All, "model.safetensors", "neither model.safetensors nor model.safetensors.index.json")]
    [InlineData("config.json pytorch_model-00001-of-00002.bin", ModelContents.All, "model.safetensors", "Convert")]
    [InlineData("config.json tokenizer.model", ModelContents.Text, "tokenizer.json", "Convert")]
    [InlineData("config.json", ModelContents.Text, "tokenizer.json", "no tokenizer.json")]
    public void An_incomplete_folder_says_what_is_missing_and_what_to_do(string files, ModelContents contents, string missing, string words)
    {
        Fill(files);

        var error = Should.Throw<AttributionException>(() => ModelFolder.Resolve(_folder.Path, contents));

        error.Code.ShouldBe(ErrorCodes.ModelIncomplete);
        error.File.ShouldBe(_folder.Path);
        error.Property.ShouldBe(missing);
        error.Message.ShouldContain(words);
    }

    [Fact]
    public async Task An_incomplete_repository_is_refused_before_anything_is_fetched()
    {
        using var hub = new FakeHub();
        hub.Files.Remove("model.safetensors");
        hub.Files["pytorch_model.bin"] = [1];

        var error = await Should.ThrowAsync<AttributionException>(ModelFolder.ResolveAsync(FakeHub.Id, settings: hub.Settings));

        error.Code.ShouldBe(ErrorCodes.ModelIncomplete);
        error.File.ShouldBe(FakeHub.Id);
        error.Message.ShouldContain("pytorch_model.bin");
        hub.Server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_shard_that_the_repository_lacks_is_named()
    {
        using var hub = new FakeHub();
        hub.Files.Remove("model.safetensors");
        hub.Files["model.safetensors.index.json"] = """{"weight_map":{"a":"model-1.safetensors"}}"""u8.ToArray();

        var error = await Should.ThrowAsync<AttributionException>(ModelFolder.ResolveAsync(FakeHub.Id, settings: hub.Settings));

        error.Code.ShouldBe(ErrorCodes.ModelIncomplete);
        error.Property.ShouldBe("model-1.safetensors");
    }

    [Theory]
    [InlineData("meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-8B-Instruct", "main", "models--meta-llama--Llama-3.1-8B-Instruct")]
    [InlineData("gpt2@v1.0", "gpt2", "v1.0", "models--gpt2")]
    [InlineData("org/name@refs/pr/1", "org/name", "refs/pr/1", "models--org--name")]
    public void An_id_is_read_with_its_revision(string text, string id, string revision, string cacheFolder)
    {
        HubRepository.TryParse(text, HubRepositoryKind.Model, out var repository).ShouldBeTrue();

        repository.ShouldBe(new(HubRepositoryKind.Model, id, revision));
        repository.CacheFolder.ShouldBe(cacheFolder);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/no/such/folder")]
    [InlineData("./no-such-folder")]
    [InlineData("a/b/c")]
    [InlineData("org/na me")]
    [InlineData("org/na--me")]
    [InlineData("org/..name")]
    [InlineData("-org/name")]
    [InlineData("org/name.")]
    [InlineData("org/name.git")]
    [InlineData("org/name\n")]
    [InlineData("org/name@")]
    [InlineData("org/name@../../x")]
    [InlineData("org/name@/x")]
    [InlineData("https://huggingface.co/org/name")]
    public void What_is_neither_folder_nor_id_is_an_error(string text)
    {
        var error = Should.Throw<AttributionException>(() => ModelFolder.Resolve(text));

        error.Code.ShouldBe(ErrorCodes.ModelNotFound);
        error.File.ShouldBe(text);
    }

    private void Fill(string files)
    {
        foreach (var file in files.Split(' '))
            File.WriteAllText(_folder[file], "");
    }
}
