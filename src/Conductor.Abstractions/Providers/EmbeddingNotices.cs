using Microsoft.Extensions.AI;

namespace Conductor.Providers;

/// <summary>What the caller of embeddings should know of how they came about, for example that a text was longer than the model reads at once.</summary>
public static class EmbeddingNotices
{
    private const string Key = "conductor.notices";

    /// <summary>Adds a sentence.</summary>
    public static void Add(GeneratedEmbeddings<Embedding<float>> embeddings, string notice)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentException.ThrowIfNullOrEmpty(notice);
        embeddings.AdditionalProperties ??= [];
        embeddings.AdditionalProperties[Key] = Read(embeddings).Append(notice).ToArray();
    }

    /// <summary>The sentences that were added; empty for none.</summary>
    public static IReadOnlyList<string> Read(GeneratedEmbeddings<Embedding<float>> embeddings)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        return embeddings.AdditionalProperties?.TryGetValue(Key, out string[]? notices) == true ? notices : [];
    }
}
