using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Providers;

namespace Conductor.Routing;

/// <summary>What a call needs of a model.</summary>
/// <param name="Capability">Chat or embeddings; for an operation what its prompt needs, or its texts.</param>
/// <param name="Operation">The operation, which a model may also run natively; null for chat and embeddings.</param>
/// <param name="TakesAnyModel">Whether every model of that capability can serve; false for an operation that engines alone can run.</param>
internal sealed record RouteNeed(ModelCapabilities Capability, string? Operation = null, bool TakesAnyModel = true)
{
    public static RouteNeed Of(ModelCall call, CatalogSnapshot catalog) => call switch
    {
        EmbeddingCall => new RouteNeed(ModelCapabilities.Embeddings),
        OperationCall operation => Of(operation.Operation, catalog.Operations.GetValueOrDefault(operation.Operation)),
        _ => new RouteNeed(ModelCapabilities.Chat),
    };

    /// <summary>Whether the model runs the operation itself, without a prompt.</summary>
    public bool IsNative(ModelDescriptor model) => Operation is not null && model.Operations.Contains(Operation);

    /// <summary>Why the model cannot serve; null when it can.</summary>
    public string? WhyNot(ModelDescriptor model)
    {
        if (IsNative(model) || (model.Capabilities.HasFlag(Capability) && TakesAnyModel))
        {
            return null;
        }

        return (Operation, Capability) switch
        {
            (null, ModelCapabilities.Chat) => "does not answer chat",
            (null, _) => "does not make embeddings",
            (_, ModelCapabilities.Chat) => $"neither runs {Operation} itself nor answers chat",
            _ => $"neither runs {Operation} itself nor makes embeddings",
        };
    }

    private static RouteNeed Of(string name, OperationEntry? operation) => operation is { IsEmbedding: true }
        ? new RouteNeed(ModelCapabilities.Embeddings, name)
        : new RouteNeed(ModelCapabilities.Chat, name, operation?.Descriptor.Prompt is not null);
}
