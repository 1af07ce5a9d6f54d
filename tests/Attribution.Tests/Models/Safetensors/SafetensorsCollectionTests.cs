using Attribution.Diagnostics;
using Attribution.Models.Safetensors;

namespace Attribution.Tests.Models.Safetensors;

public sealed class SafetensorsCollectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_sharded_checkpoint_reads_as_one()
    {
        Shard("1.safetensors", "a", "b");
        Shard("2.safetensors", "c");
        Index("""{"metadata":{"total_size":3},"weight_map":{"a":"1.safetensors","b":"1.safetensors","c":"2.safetensors"}}""");

        using var weights = SafetensorsCollection.Open(_folder.Path);

        weights.Names.ShouldBe(["a", "b", "c"], ignoreOrder: true);
        weights.Files.Count.ShouldBe(2);
        weights.ByteCount.ShouldBe(3);
        Path.GetFileName(weights.FileOf("c").FilePath).ShouldBe("2.safetensors");
        using var view = weights.Map("c");
        view.Length.ShouldBe(1);
        weights.Find("d").ShouldBeNull();
        Should.Throw<AttributionException>(() => weights["d"]).Code.ShouldBe(ErrorCodes.TensorMissing);
    }

    [Fact]
    public void A_single_file_goes_before_an_index()
    {
        Shard("model.safetensors", "a");
        Index("not even JSON");

        using var weights = SafetensorsCollection.Open(_folder.Path);

        weights.Names.ShouldBe(["a"]);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"1.safetensors","b":"1.safetensors","c":"1.safetensors"}}""", ErrorCodes.SafetensorsIndex, "c")]
    [InlineData("""{"weight_map":{"a":"1.safetensors","b":"3.safetensors"}}""", ErrorCodes.SafetensorsUnreadable, "b")]
    [InlineData("""{"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}""", ErrorCodes.SafetensorsIndex, "b")]
    [InlineData("""{"weight_map":{"a":"1.safetensors","a":"1.safetensors"}}""", ErrorCodes.SafetensorsIndex, "a")]
    [InlineData("""{"weight_map":{"a":"../1.safetensors"}}""", ErrorCodes.SafetensorsIndex, "a")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", ErrorCodes.SafetensorsIndex, "a")]
    [InlineData("""{"weight_map":{"a":1}}""", ErrorCodes.SafetensorsIndex, "a")]
    [InlineData("""{"weight_map":{"\ud800":"1.safetensors"}}""", ErrorCodes.SafetensorsIndex, null)]
    [InlineData("""{"weight_map":[]}""", ErrorCodes.SafetensorsIndex, null)]
    [InlineData("""[]""", ErrorCodes.SafetensorsIndex, null)]
    [InlineData("""{"weight""", ErrorCodes.SafetensorsIndex, null)]
    public void An_index_that_contradicts_its_shards_is_an_error(string index, string code, string? tensor)
    {
        Shard("1.safetensors", "a", "b");
        Shard("2.safetensors", "b", "d");
        Index(index);

        var error = Should.Throw<AttributionException>(() => SafetensorsCollection.Open(_folder.Path));

        error.Code.ShouldBe(code);
        error.File.ShouldBe(_folder["model.safetensors.index.json"]);
        error.Property.ShouldBe(tensor);
    }

    [Fact]
    public void A_damaged_shard_is_named()
    {
        File.WriteAllBytes(_folder["1.safetensors"], [1, 2, 3]);
        Index("""{"weight_map":{"a":"1.safetensors"}}""");

        Should.Throw<AttributionException>(() => SafetensorsCollection.Open(_folder.Path)).File.ShouldBe(_folder["1.safetensors"]);
    }

    [Fact]
    public void A_folder_without_weights_is_an_error() =>
        Should.Throw<AttributionException>(() => SafetensorsCollection.Open(_folder.Path)).Message.ShouldContain("neither");

    private void Shard(string name, params string[] tensors) =>
        SafetensorsWriter.Write(_folder[name], tensors.Select(t => SafetensorsBytes.Zeros(t, 1)));

    private void Index(string json) => File.WriteAllText(_folder["model.safetensors.index.json"], json);
}
