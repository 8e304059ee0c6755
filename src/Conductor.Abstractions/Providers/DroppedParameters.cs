using Microsoft.Extensions.AI;

namespace Conductor.Providers;

/// <summary>
/// What a request asked for and a provider left out because it has no word for it, where the answer is of use without. Callers over HTTP are told by the
/// header `x-conductor-dropped-params`. What an answer would be wrong without is refused instead, as <see cref="ProviderErrorKind.Unsupported"/>.
/// </summary>
public static class DroppedParameters
{
    private const string Key = "conductor.dropped";

    /// <summary>Notes the parameters, by the names that callers know, on a whole answer; no names, no note.</summary>
    public static void Add(ChatResponse response, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count > 0)
        {
            (response.AdditionalProperties ??= [])[Key] = names.ToArray();
        }
    }

    /// <summary>Notes them on an update: the first one of the stream, before whose content the headers go out.</summary>
    public static void Add(ChatResponseUpdate update, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(update);
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count > 0)
        {
            (update.AdditionalProperties ??= [])[Key] = names.ToArray();
        }
    }

    /// <summary>Notes them on vectors.</summary>
    public static void Add(GeneratedEmbeddings<Embedding<float>> embeddings, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count > 0)
        {
            (embeddings.AdditionalProperties ??= [])[Key] = names.ToArray();
        }
    }

    /// <summary>The names that were noted on an answer or an update; empty for none.</summary>
    public static IReadOnlyList<string> Read(AdditionalPropertiesDictionary? properties) =>
        properties?.TryGetValue(Key, out string[]? names) == true ? names : [];
}
