using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Attribution.Tokenization;

namespace Attribution.Data.Recipes;

/// <summary>
/// Makes conversations from a published dataset, reading its files as they are on the hub. The same files and parameters give the same rows everywhere.
/// </summary>
internal abstract class PublishedRecipe
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The recipe's name.</summary>
    public abstract string Name { get; }

    /// <summary>To be increased when the recipe's rows change.</summary>
    public virtual int Version => 1;

    /// <summary>The hub repository of the dataset.</summary>
    public abstract string Repository { get; }

    /// <summary>The recipe's parameters.</summary>
    public virtual IReadOnlyList<RecipeParameter> Parameters => [];

    /// <summary>Whether some rows are held out as prompts whose answers are judged.</summary>
    public virtual bool HoldsOutPrompts => false;

    /// <summary>The files of the repository that the recipe reads, as patterns with <c>*</c>; each matches at least one file.</summary>
    public abstract IReadOnlyList<string> FilesOf(RecipeParameters parameters);

    /// <summary>The rows, numbered in order.</summary>
    /// <param name="source">The files.</param>
    /// <param name="parameters">What it was told.</param>
    /// <param name="broken">Records the skipped rows.</param>
    /// <exception cref="Diagnostics.AttributionException">ATTR1321, at the end: too many rows were broken. ATTR1302, ATTR1303: a file cannot be
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

    /// <summary>The held-out prompts, with references for the judge; none of them is among the <see cref="Rows"/>.</summary>
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

    /// <summary>The results of <paramref name="make"/> for each row; broken rows are recorded.</summary>
    /// <param name="source">The files.</param>
    /// <param name="broken">Records broken rows.</param>
    /// <param name="make">Makes the result; null for a row that is not wanted.</param>
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

    /// <summary>A sort key that depends only on a text, so that the held-out rows stay the same when other rows are added or removed.</summary>
    internal static string Draw(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private protected static ChatMessage[] User(string text) => [new("user", text)];

    /// <summary>The content of a row to be made.</summary>
    private protected sealed record Example(IReadOnlyList<ChatMessage> Prompt, string Treatment, string? Control, IReadOnlyDictionary<string, string> Metadata);
}

/// <summary>The recipes for published datasets.</summary>
internal static class PublishedRecipes
{
    /// <summary>All recipes, by name.</summary>
    public static IReadOnlyList<PublishedRecipe> All { get; } =
        [new DollyRecipe(), new MedHalluRecipe(), new OpenOrcaRecipe(), new UltraChatRecipe(), new UltraFeedbackRecipe.Coding(),
            new UltraFeedbackRecipe.Factual()];

    /// <summary>The recipe with this name; null if there is none.</summary>
    public static PublishedRecipe? Find(string name) => All.FirstOrDefault(r => r.Name == name);
}
