using System.Runtime.CompilerServices;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Operations;
using Conductor.PluginLoading;
using Conductor.Plugins;
using MediatR;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Conductor.InProcess;

/// <summary>The facade: starts the plugins when first needed, and sends calls down the pipeline.</summary>
internal sealed class ConductorClient(PluginRuntime runtime, IMediator pipeline, ILogger<ConductorClient> logger) : IConductor
{
    public CatalogSnapshot Catalog => runtime.Current;

    public IReadOnlyList<PluginStatus> Plugins => runtime.Statuses;

    public Task StartAsync(CancellationToken cancellationToken) => runtime.StartAsync(cancellationToken);

    public Task<IReadOnlyList<PluginStatus>> RescanAsync(CancellationToken cancellationToken) => runtime.RescanAsync(cancellationToken);

    public Task<OperationOutcome> RunAsync(OperationCall call, CancellationToken cancellationToken) => SendAsync(call, cancellationToken);

    public async IAsyncEnumerable<OperationBatchItem> RunBatchAsync(OperationBatch batch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        await runtime.StartAsync(cancellationToken).ConfigureAwait(false);
        var width = OperationBatchRun.WidthFor(Catalog.Settings, batch.Context.TenantId);
        await foreach (var item in new OperationBatchRun(batch, RunAsync, width, logger).RunAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return item;
        }
    }

    public Task<ChatOutcome> ChatAsync(ChatCall call, CancellationToken cancellationToken) => SendAsync(call, cancellationToken);

    public Task<EmbeddingOutcome> EmbedAsync(EmbeddingCall call, CancellationToken cancellationToken) => SendAsync(call, cancellationToken);

    public Task<TokenCountOutcome> CountTokensAsync(TokenCountCall call, CancellationToken cancellationToken) => SendAsync(call, cancellationToken);

    public IChatClient AsChatClient(string model = "auto")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        return new ConductorChatClient(this, model);
    }

    private async Task<T> SendAsync<T>(IRequest<T> call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        await runtime.StartAsync(cancellationToken).ConfigureAwait(false);
        return await pipeline.Send(call, cancellationToken).ConfigureAwait(false);
    }
}
