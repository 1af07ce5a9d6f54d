using System.Diagnostics;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Safetensors;
using Attribution.Tokenization;

namespace Attribution.Tests.Models;

/// <summary>A pipe has the name of a file and stands still when it is read; a device may have no end.</summary>
public sealed class PipeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("model.safetensors.index.json")]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("chat_template.jinja")]
    [InlineData("tokenizer_config.json")]
    [InlineData("pytorch_model.bin")]
    [InlineData("scores.npy")]
    [InlineData("d.jsonl")]
    [InlineData("d.parquet")]
    [InlineData("d.prompts.json")]
    [InlineData("any")]
    public async Task A_pipe_or_a_device_where_a_file_should_be_is_an_error_at_once(string name)
    {
        if (!OperatingSystem.IsLinux())
            return;
        Process.Start("mkfifo", _folder[name]).WaitForExit();
        (await Fails(name)).Message.ShouldContain("pipe");
        File.Delete(_folder[name]);
        File.CreateSymbolicLink(_folder[name], "/dev/zero");
        (await Fails(name)).Message.ShouldContain("device");
    }

    private async Task<AttributionException> Fails(string name)
    {
        var error = await Task.Run(() => Should.Throw<AttributionException>(() => Read(name))).WaitAsync(TimeSpan.FromMinutes(2));
        error.Code.ShouldBe(ErrorCodes.InputUnreadable);
        error.File.ShouldNotBeNull().ShouldEndWith(name);
        return error;
    }

    private void Read(string name)
    {
        switch (Path.GetExtension(name))
        {
            case ".safetensors":
                SafetensorsFile.Open(_folder[name]).Dispose();
                break;
            case ".json" when name.StartsWith("model.", StringComparison.Ordinal):
                _ = SafetensorsIndex.Read(_folder[name]);
                break;
            case ".json" when name == "config.json":
                _ = ModelConfig.Load(_folder.Path);
                break;
            case ".json" when name == "tokenizer.json":
                _ = Tokenizer.Load(_folder.Path);
                break;
            case ".jinja" or ".json" when !name.StartsWith("d.", StringComparison.Ordinal):
                _ = ChatTemplate.Load(_folder.Path);
                break;
            case ".bin":
                new Attribution.Models.Checkpoints.CheckpointArchive(_folder[name]).Dispose();
                break;
            case ".npy":
                _ = NpyHeader.Read(_folder[name]);
                break;
            case ".jsonl" or ".parquet":
                _ = Dataset.Open(new() { Path = _folder[name] });
                break;
            case ".json":
                _ = PromptFile.Read(_folder[name]);
                break;
            default:
                using (var store = new ArtifactStore(_folder["store"]))
                    _ = store.Hasher.HashFile(_folder[name]);
                break;
        }
    }
}
