using Microsoft.Extensions.AI;

namespace Conductor.Providers;

/// <summary>
/// What a caller says who wants a refusal instead of a loss: over HTTP by `x-conductor-strict: true`. A provider that would note anything as
/// <see cref="DroppedParameters"/> or <see cref="ChangedParameters"/> then throws <see cref="ProviderErrorKind.Unsupported"/> with that name as
/// <see cref="ProviderException.Param"/>, before anything is sent.
/// </summary>
public static class RefusedLosses
{
    /// <summary>The key in the options' additional properties; its value is true.</summary>
    public const string Key = "conductor.refuse_losses";

    /// <summary>Whether the caller of a chat refuses losses.</summary>
    public static bool Are(ChatOptions? options) => IsSet(options?.AdditionalProperties);

    /// <summary>Whether the caller of embeddings refuses losses.</summary>
    public static bool Are(EmbeddingGenerationOptions? options) => IsSet(options?.AdditionalProperties);

    private static bool IsSet(AdditionalPropertiesDictionary? properties) => properties?.TryGetValue(Key, out var refused) == true && refused is true;
}
