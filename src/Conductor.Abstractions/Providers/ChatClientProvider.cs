using Conductor.Plugins;
using Microsoft.Extensions.AI;

namespace Conductor.Providers;

/// <summary>A provider made of somebody else's <see cref="IChatClient"/>: a name, a factory, and what the library throws as <see cref="ProviderException"/>.</summary>
/// <remarks>
/// The clients' failures are read by <see cref="KindOf"/> and <see cref="UpstreamFailures.FromException"/>; what neither knows is left as it is, and counts as a fault of the
/// plugin. A stream that ends without a finish reason was cut, and fails. The library's own retries are to be switched off: the host tries again, and elsewhere.
/// </remarks>
/// <param name="context">What the host tells of this provider; its setting `models` names the models that are listed.</param>
/// <param name="createClient">A client for a model, by the provider's own name; called once for every call. It should be cheap: share what holds connections.</param>
public sealed class ChatClientProvider(ProviderContext context, Func<string, IChatClient> createClient) : IModelProvider
{
    /// <summary>Asks the upstream for the names of its models, by a call that costs nothing; null where it cannot be asked. It is the health check, too.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<string>>>? ListModels { get; init; }

    /// <summary>What the models can do; one answer for all of them.</summary>
    /// <value>Default chat, streaming and tools.</value>
    public ModelCapabilities Capabilities { get; init; } = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.Tools;

    /// <summary>The kind of a failure that only the library's own exceptions tell; null, or a null answer, leaves it to <see cref="UpstreamFailures.FromException"/>.</summary>
    public Func<Exception, ProviderErrorKind?>? KindOf { get; init; }

    /// <summary>What the library passes over without a word, by the names that callers know, so that they are told; noted by <see cref="DroppedParameters"/> where a call sets it.</summary>
    /// <value>Of `temperature`, `top_p`, `top_k`, `seed`, `frequency_penalty`, `presence_penalty`, `stop`; default none.</value>
    public IReadOnlyList<string> LeavesOut { get; init; } = [];

    /// <inheritdoc/>
    public IChatClient GetChatClient(string modelId) => new TranslatingChatClient(createClient(modelId), Translate, LeavesOut);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken)
    {
        var configured = context.Settings.GetSection("models").GetChildren().Select(row => row.Value).OfType<string>().Where(id => id.Length > 0 && !id.Contains('*', StringComparison.Ordinal));
        var listed = await AskAsync(cancellationToken).ConfigureAwait(false);
        return [.. listed.Concat(configured).Distinct(StringComparer.Ordinal).Select(id => new ModelDescriptor { Id = id, Capabilities = Capabilities })];
    }

    /// <inheritdoc/>
    public async Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken)
    {
        if (ListModels is null)
        {
            return new ProviderHealth(ProviderHealthStatus.Unknown, "There is nothing to ask without costs.");
        }

        try
        {
            await AskAsync(cancellationToken).ConfigureAwait(false);
            return ProviderHealth.Healthy;
        }
        catch (ProviderException failure)
        {
            return new ProviderHealth(ProviderHealthStatus.Unhealthy, failure.Message);
        }
    }

    private async Task<IReadOnlyList<string>> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            return ListModels is null ? [] : await ListModels(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && Translate(failure) is { } known)
        {
            throw known;
        }
    }

    private ProviderException? Translate(Exception failure) =>
        failure is not ProviderException && KindOf?.Invoke(failure) is { } kind
            ? new ProviderException(kind, "The upstream's library reports a failure.", failure)
            : UpstreamFailures.FromException(failure);
}
