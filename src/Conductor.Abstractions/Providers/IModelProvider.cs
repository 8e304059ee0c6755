using Conductor.Money;
using Conductor.Operations;
using Microsoft.Extensions.AI;

namespace Conductor.Providers;

/// <summary>One configured provider. It offers any of: chat, embeddings, a raw transport, native operation engines.</summary>
/// <remarks>
/// Members are called from many threads at once. Failures of the upstream are thrown as <see cref="ProviderException"/>; anything else that
/// escapes is treated as a fault of the plugin. The host disposes the provider when the last call that uses it has ended.
/// </remarks>
public interface IModelProvider
{
    /// <summary>A chat client for a model, or null where this provider has no chat. The host keeps no client beyond a call and never disposes it.</summary>
    /// <param name="modelId">The provider's own name of the model, passed on as the caller gave it; it need not be listed.</param>
    IChatClient? GetChatClient(string modelId) => null;

    /// <summary>An embedding generator for a model, or null where this provider has none. The host never disposes it.</summary>
    IEmbeddingGenerator<string, Embedding<float>>? GetEmbeddingGenerator(string modelId) => null;

    /// <summary>Sends bytes of a dialect as they are, for callers that already speak it; null where everything must go typed.</summary>
    IRawTransport? RawTransport => null;

    /// <summary>Operations that this provider runs itself, without a prompt.</summary>
    IReadOnlyList<IOperationEngine> Engines => [];

    /// <summary>Fetches models that the provider does not have yet; null where it cannot.</summary>
    IModelPuller? Puller => null;

    /// <summary>The models that can be called now. Models outside this list may still be called by name.</summary>
    /// <exception cref="ProviderException">The upstream could not be asked.</exception>
    Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken);

    /// <summary>Asks the upstream how it is, by a call that costs nothing. It reports failure as a value and throws only on cancellation.</summary>
    Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken);

    /// <summary>What a usage of a model costs, where the provider itself knows better than the price catalogue; null otherwise.</summary>
    NanoUsd? EstimateCost(string modelId, TokenUsage usage) => null;
}
