using Conductor.Wire.Gemini;

namespace Conductor.Providers.Google;

/// <summary>What Google's list tells of its models.</summary>
internal static class GoogleModels
{
    private const ModelCapabilities Gemini =
        ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.Tools | ModelCapabilities.Vision | ModelCapabilities.JsonSchema;

    /// <summary>Describes a row; null for what neither chats nor makes vectors, as those that only paint or are talked to live.</summary>
    public static ModelDescriptor? Describe(GeminiModel model)
    {
        var capabilities = ModelCapabilities.None;
        if (model.Methods.Contains("generateContent"))
        {
            capabilities |= Able(model.Id) | (model.Thinks == true ? ModelCapabilities.Reasoning : 0);
        }

        if (model.Methods.Contains("embedContent") || model.Methods.Contains("batchEmbedContents"))
        {
            capabilities |= ModelCapabilities.Embeddings;
        }

        return capabilities == ModelCapabilities.None ? null : new ModelDescriptor
        {
            Id = model.Id,
            DisplayName = model.DisplayName,
            Capabilities = capabilities,
            // Input and answer have limits of their own here.
            ContextWindow = model.InputTokenLimit is { } input ? (int)Math.Min(int.MaxValue, (long)input + (model.OutputTokenLimit ?? 0)) : null,
            MaxOutputTokens = model.OutputTokenLimit,
        };
    }

    /// <summary>Describes a model that the settings name and the list does not.</summary>
    public static ModelDescriptor Describe(string id) => new()
    {
        Id = id,
        Capabilities = id.Contains("embed", StringComparison.OrdinalIgnoreCase) ? ModelCapabilities.Embeddings : Able(id),
    };

    // The open models are served without tools and schemas.
    private static ModelCapabilities Able(string id) =>
        id.StartsWith("gemma", StringComparison.OrdinalIgnoreCase) ? ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.Vision : Gemini;
}
