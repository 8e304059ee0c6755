using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Providers;

namespace Conductor.Routing;

/// <summary>What a call needs of a model.</summary>
/// <param name="Capability">Chat or embeddings; what a prompt needs for an operation.</param>
/// <param name="Operation">The operation, which a model may also run natively; null for chat and embeddings.</param>
/// <param name="HasPrompt">Whether a chat model can serve the operation.</param>
internal sealed record RouteNeed(ModelCapabilities Capability, string? Operation = null, bool HasPrompt = true)
{
    public static RouteNeed Of(ModelCall call, CatalogSnapshot catalog) => call switch
    {
        EmbeddingCall => new RouteNeed(ModelCapabilities.Embeddings),
        OperationCall operation => new RouteNeed(
            ModelCapabilities.Chat, operation.Operation, catalog.Operations.GetValueOrDefault(operation.Operation)?.Descriptor.Prompt is not null),
        _ => new RouteNeed(ModelCapabilities.Chat),
    };

    /// <summary>Whether the model runs the operation itself, without a prompt.</summary>
    public bool IsNative(ModelDescriptor model) => Operation is not null && model.Operations.Contains(Operation);

    /// <summary>Why the model cannot serve; null when it can.</summary>
    public string? WhyNot(ModelDescriptor model)
    {
        if (IsNative(model) || (model.Capabilities.HasFlag(Capability) && HasPrompt))
        {
            return null;
        }

        return Operation is not null ? $"neither runs {Operation} itself nor answers chat"
            : Capability == ModelCapabilities.Chat ? "does not answer chat"
            : "does not make embeddings";
    }
}
