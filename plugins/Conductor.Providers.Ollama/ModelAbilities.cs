using Conductor.Wire.Ollama;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Ollama;

/// <summary>Ollama's words for what a model can do, in Conductor's.</summary>
internal static class ModelAbilities
{
    private const ModelCapabilities Chat = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.JsonSchema;

    public static ModelDescriptor Describe(OllamaModel model, OllamaModelCard? card, int? maxNumCtx) => new()
    {
        Id = ModelName.Short(model.Name),
        Capabilities = Of(model, card),
        ContextWindow = card?.ContextLength is { } length ? Math.Min(length, maxNumCtx ?? length) : maxNumCtx,
    };

    /// <summary>Refuses what the model is known to be unable to do; Ollama would refuse it later, after loading the model.</summary>
    /// <exception cref="ProviderException">It cannot.</exception>
    public static void Check(OllamaModelCard? card, string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        if (card?.Capabilities is not { } able)
        {
            return;
        }

        if (!able.Contains("completion"))
        {
            throw new ProviderException(ProviderErrorKind.Unsupported, $"Model '{model}' does not chat.") { Param = "model" };
        }

        if (!able.Contains("tools") && options is { Tools.Count: > 0, ToolMode: not NoneChatToolMode })
        {
            throw new ProviderException(ProviderErrorKind.Unsupported, $"Model '{model}' does not call tools.") { Param = "tools" };
        }

        if (!able.Contains("vision") && messages.Any(message => message.Contents.Any(content => content is DataContent data && data.HasTopLevelMediaType("image"))))
        {
            throw new ProviderException(ProviderErrorKind.Unsupported, $"Model '{model}' does not read images.") { Param = "messages" };
        }
    }

    private static ModelCapabilities Of(OllamaModel model, OllamaModelCard? card)
    {
        if (card?.Capabilities is not { } able)
        {
            // An old server, or no card in time: names and families of embedding models are telling.
            var embeds = model.Name.Contains("embed", StringComparison.OrdinalIgnoreCase) || model.Family?.EndsWith("bert", StringComparison.Ordinal) == true;
            return embeds ? ModelCapabilities.Embeddings : Chat;
        }

        return (able.Contains("completion") ? Chat : ModelCapabilities.None)
            | (able.Contains("tools") ? ModelCapabilities.Tools : ModelCapabilities.None)
            | (able.Contains("vision") ? ModelCapabilities.Vision : ModelCapabilities.None)
            | (able.Contains("thinking") ? ModelCapabilities.Reasoning : ModelCapabilities.None)
            | (able.Contains("embedding") ? ModelCapabilities.Embeddings : ModelCapabilities.None);
    }
}
