using Attribution.Diagnostics;

namespace Attribution.Models.Safetensors;

/// <summary>The weights in a model's folder: a single <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> names.</summary>
internal sealed class SafetensorsCollection : IDisposable
{
    /// <summary>The file of an unsharded checkpoint.</summary>
    public const string SingleFile = "model.safetensors";

    /// <summary>The index of a sharded checkpoint.</summary>
    public const string IndexFile = "model.safetensors.index.json";

    private readonly Dictionary<string, SafetensorsFile> _byTensor = [];

    private SafetensorsCollection(string folder, IReadOnlyList<SafetensorsFile> files)
    {
        Folder = folder;
        Files = files;
    }

    /// <summary>The folder, as it was opened.</summary>
    public string Folder { get; }

    /// <summary>The files, one per shard.</summary>
    public IReadOnlyList<SafetensorsFile> Files { get; }

    /// <summary>The names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => _byTensor.Keys;

    /// <summary>The size of all tensors together, in bytes.</summary>
    public long ByteCount => Files.Sum(file => file.Entries.Sum(entry => entry.ByteCount));

    /// <summary>The tensor with this name.</summary>
    /// <exception cref="AttributionException">ATTR1114: no file contains a tensor with this name.</exception>
    public SafetensorsEntry this[string name] => FileOf(name)[name];

    /// <summary>Opens the weights of a model's folder. A single file takes precedence over an index.</summary>
    /// <exception cref="AttributionException">ATTR1110: the folder has neither, or a shard is missing. ATTR1111, ATTR1112: a file is malformed. ATTR1113: the
    /// index is malformed, names a tensor that its shard lacks, or two shards contain the same tensor.</exception>
    public static SafetensorsCollection Open(string folder)
    {
        var single = Path.Combine(folder, SingleFile);
        var index = Path.Combine(folder, IndexFile);
        if (File.Exists(single))
            return Open(folder, [single], new Dictionary<string, string>(), index);
        if (!File.Exists(index))
            throw new AttributionException(ErrorCodes.SafetensorsUnreadable, $"The folder has neither {SingleFile} nor {IndexFile}.") { File = folder };
        var shards = SafetensorsIndex.Read(index);
        foreach (var (tensor, shard) in shards.DistinctBy(pair => pair.Value))
            if (!File.Exists(Path.Combine(folder, shard)))
                throw new AttributionException(ErrorCodes.SafetensorsUnreadable,
                    $"The shard {shard}, which should hold '{tensor}' and others, is not in the folder. Fetch it again.")
                { File = index, Property = tensor };
        return Open(folder, shards.Values.Distinct().Order(StringComparer.Ordinal).Select(shard => Path.Combine(folder, shard)), shards, index);
    }

    /// <summary>The tensor with this name; null if there is none.</summary>
    public SafetensorsEntry? Find(string name) => _byTensor.GetValueOrDefault(name)?.Find(name);

    /// <summary>The file that contains a tensor.</summary>
    /// <exception cref="AttributionException">ATTR1114: no file contains a tensor with this name.</exception>
    public SafetensorsFile FileOf(string name) => _byTensor.GetValueOrDefault(name)
        ?? throw new AttributionException(ErrorCodes.TensorMissing,
            $"There is no tensor '{name}' among the {_byTensor.Count} of this checkpoint.")
        { File = Folder, Property = name };

    /// <summary>The bytes of a tensor, without a copy.</summary>
    /// <exception cref="AttributionException">ATTR1114: no file contains a tensor with this name.</exception>
    public MappedBytes Map(string name) => FileOf(name).Map(name);

    /// <summary>Closes the files. A file's mapping exists until its last <see cref="MappedBytes"/> is disposed.</summary>
    public void Dispose()
    {
        foreach (var file in Files)
            file.Dispose();
    }

    private static SafetensorsCollection Open(string folder, IEnumerable<string> paths, IReadOnlyDictionary<string, string> shards, string index)
    {
        var files = new List<SafetensorsFile>();
        var collection = new SafetensorsCollection(folder, files);
        try
        {
            foreach (var path in paths)
            {
                var file = SafetensorsFile.Open(path);
                files.Add(file);
                foreach (var entry in file.Entries)
                    if (!collection._byTensor.TryAdd(entry.Name, file))
                        throw SafetensorsIndex.Error($"Tensor '{entry.Name}' is in two shards: "
                            + $"{Path.GetFileName(collection._byTensor[entry.Name].FilePath)} and {Path.GetFileName(path)}.", index, entry.Name);
            }
            foreach (var (tensor, shard) in shards)
                if (!collection._byTensor.TryGetValue(tensor, out var file) || Path.GetFileName(file.FilePath) != shard)
                    throw SafetensorsIndex.Error($"The index puts tensor '{tensor}' into {shard}, which does not hold it.", index, tensor);
            return collection;
        }
        catch
        {
            collection.Dispose();
            throw;
        }
    }
}
