using Attribution.Diagnostics;
using Attribution.Models.Hub;

namespace Attribution.Tests.Models.Hub;

public sealed class HubSettingsTests
{
    [Theory]
    [InlineData("", "/home/me/.cache/huggingface/hub")]
    [InlineData("XDG_CACHE_HOME=/x", "/x/huggingface/hub")]
    [InlineData("XDG_CACHE_HOME=/x HF_HOME=/h", "/h/hub")]
    [InlineData("HF_HOME=~/h", "/home/me/h/hub")]
    [InlineData("HF_HOME=/h HUGGINGFACE_HUB_CACHE=/old", "/old")]
    [InlineData("HF_HOME=/h HF_HUB_CACHE=/c HUGGINGFACE_HUB_CACHE=/old", "/c")]
    public void The_cache_is_where_huggingface_puts_it(string variables, string folder) => Read(variables).CacheFolder.ShouldBe(folder);

    [Theory]
    [InlineData("", false)]
    [InlineData("HF_HUB_OFFLINE=1", true)]
    [InlineData("HF_HUB_OFFLINE=True", true)]
    [InlineData("HF_HUB_OFFLINE=0", false)]
    [InlineData("TRANSFORMERS_OFFLINE=yes", true)]
    public void Offline_is_read_as_huggingface_reads_it(string variables, bool offline) => Read(variables).Offline.ShouldBe(offline);

    [Fact]
    public void The_endpoint_may_have_a_path()
    {
        Read("").Endpoint.ShouldBe(new("https://huggingface.co/"));
        Read("HF_ENDPOINT=https://mirror.example/hf").Endpoint.ShouldBe(new("https://mirror.example/hf/"));
    }

    [Fact]
    public async Task The_token_comes_from_the_environment_or_the_login_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["token"], "from-file\n");
        (await SentAsync($"HF_HOME={folder.Path}")).ShouldBe("Bearer from-file");
        (await SentAsync($"HF_HOME={folder.Path} HUGGING_FACE_HUB_TOKEN=old")).ShouldBe("Bearer old");
        (await SentAsync($"HF_HOME={folder.Path} HUGGING_FACE_HUB_TOKEN=old HF_TOKEN=new")).ShouldBe("Bearer new");
        (await SentAsync($"HF_HOME={folder["none"]}")).ShouldBeNull();
    }

    [Theory]
    [InlineData("HF_ENDPOINT=ftp://x", "HF_ENDPOINT")]
    [InlineData("HF_ENDPOINT=huggingface.co", "HF_ENDPOINT")]
    [InlineData("HF_ENDPOINT=https://me:s3cr3t@x", "HF_ENDPOINT")]
    [InlineData("HF_TOKEN=s3cr3t\u00e9", "HF_TOKEN")]
    [InlineData("HF_HUB_DOWNLOAD_TIMEOUT=-1", "HF_HUB_DOWNLOAD_TIMEOUT")]
    public void A_setting_that_cannot_be_used_is_named_and_no_secret_shown(string variables, string name)
    {
        var error = Should.Throw<AttributionException>(() => Read(variables));

        error.Code.ShouldBe(ErrorCodes.HubSetting);
        error.Property.ShouldBe(name);
        error.ToString().ShouldNotContain("s3cr3t");
    }

    private static HubSettings Read(string variables)
    {
        var map = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        map["HOME"] = "/home/me";
        return HubSettings.FromEnvironment(map.GetValueOrDefault);
    }

    private static async Task<string?> SentAsync(string variables)
    {
        using var hub = new FakeHub();
        using var client = new HubClient(Read($"{variables} HF_ENDPOINT={hub.Server.Address}"));
        await client.ListAsync(new(HubRepositoryKind.Model, FakeHub.Id));
        return hub.Server.Requests.Single().Authorization;
    }
}
