using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Attribution.Tokenization;

namespace Attribution.Data.Recipes;

/// <summary>
/// Makes conversations of a dataset that others have published, reading its files as they are on the hub. The same files and parameters give the same rows
/// everywhere.
/// </summary>
internal abstract class PublishedRecipe
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The name to use it by.</summary>
    public abstract string Name { get; }

    /// <summary>Counts up when the rows that it makes change.</summary>
    public virtual int Version => 1;

    /// <summary>The hub repository that the dataset is published in.</summary>
    public abstract string Repository { get; }

    /// <summary>What it may be told.</summary>
    public virtual IReadOnlyList<RecipeParameter> Parameters => [];

    /// <summary>Whether some rows are held out as prompts to be answered and judged.</summary>
    public virtual bool HoldsOutPrompts => false;

    /// <summary>The files of the repository that it reads, as patterns with <c>*</c>; each names at least one.</summary>
    public abstract IReadOnlyList<string> FilesOf(RecipeParameters parameters);

    /// <summary>The rows, numbered in their order.</summary>
    /// <param name="source">The files.</param>
    /// <param name="parameters">What it was told.</param>
    /// <param name="broken">Told of the rows that are skipped.</param>
    /// <exception cref="Diagnostics.AttributionException">ATTR1321, at the end: too many rows were broken. ATTR1302, ATTR1303: a file that cannot be
    /// read.</exception>
    public IEnumerable<DatasetRow> Rows(RecipeSource source, RecipeParameters parameters, BrokenRows broken)
    {
        var index = 0L;
        foreach (var example in Examples(source, parameters, broken))
            yield return new DatasetRow(index++, new MessageConversation([.. example.Prompt, new("assistant", example.Treatment)]),
                example.Control is null ? null : new MessageConversation([.. example.Prompt, new("assistant", example.Control)]),
                    JsonSerializer.Serialize(example.Metadata, Readable));
        broken.Check(Name);
    }

    /// <summary>The prompts that are held out, with what a judge compares their answers with; none of them is among the <see cref="Rows"/>.</summary>
    /// <inheritdoc cref="Rows"/>
    public IReadOnlyList<HeldOutPrompt> Prompts(RecipeSource source, RecipeParameters parameters, BrokenRows broken)
    {
        HeldOutPrompt[] prompts = [.. HeldOut(source, parameters, broken).Select((example, index) =>
            new HeldOutPrompt(index, example.Prompt, example.Metadata.ToDictionary(m => m.Key, m => JsonSerializer.SerializeToElement(m.Value))))];
        broken.Check(Name);
        return prompts;
    }

    private protected abstract IEnumerable<Example> Examples(RecipeSource source, RecipeParameters parameters, BrokenRows broken);

    private protected virtual IEnumerable<Example> HeldOut(RecipeSource source, RecipeParameters parameters, BrokenRows broken) => [];

    /// <summary>What <paramref name="make"/> makes of each row; a row that it cannot use is told of.</summary>
    /// <param name="source">The files.</param>
    /// <param name="broken">Told of broken rows.</param>
    /// <param name="make">Gives null for a row that is not wanted.</param>
    private protected static IEnumerable<T> Map<T>(RecipeSource source, BrokenRows broken, Func<PublishedRow, T?> make) where T : class
    {
        foreach (var row in source.Files.SelectMany(file => PublishedFile.Read(file, broken)))
        {
            T? made = null;
            try
            {
                made = make(row);
            }
            catch (BrokenRowException e)
            {
                broken.Add(new(row.File, row.Row, e.Column, e.Message));
            }
            if (made is not null)
                yield return made;
        }
    }

    /// <summary>An order that depends on a text alone, so that what is held out stays so when rows come and go.</summary>
    internal static string Draw(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private protected static ChatMessage[] User(string text) => [new("user", text)];

    /// <summary>A row to be.</summary>
    private protected sealed record Example(IReadOnlyList<ChatMessage> Prompt, string Treatment, string? Control, IReadOnlyDictionary<string, string> Metadata);
}

/// <summary>The recipes for published datasets.</summary>
internal static class PublishedRecipes
{
    /// <summary>All, by name.</summary>
    public static IReadOnlyList<PublishedRecipe> All { get; } =
        [new DollyRecipe(), new MedHalluRecipe(), new OpenOrcaRecipe(), new UltraChatRecipe(), new UltraFeedbackRecipe.Coding(),
            new UltraFeedbackRecipe.Factual()];

    /// <summary>The recipe of a name; null if there is none.</summary>
    public static PublishedRecipe? Find(string name) => All.FirstOrDefault(r => r.Name == name);
}
