using Conductor.Calls;
using Conductor.Catalog;
using Conductor.PluginLoading;
using Microsoft.Extensions.AI;

namespace Conductor;

/// <summary>Conductor in process: the same pipeline that the gateway serves, without a server.</summary>
public interface IConductor
{
    /// <summary>What can be called now.</summary>
    CatalogSnapshot Catalog { get; }

    /// <summary>Every plugin file that was found, those that were rejected included.</summary>
    IReadOnlyList<PluginStatus> Plugins { get; }

    /// <summary>Loads the plugins. Every other member does so by itself when needed; calling again does nothing.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Looks into the plugin folders again: loads what is new or changed, unloads what is gone.</summary>
    /// <returns>What every file came to.</returns>
    Task<IReadOnlyList<PluginStatus>> RescanAsync(CancellationToken cancellationToken);

    /// <summary>Runs an operation.</summary>
    /// <exception cref="Errors.ConductorException">The request is wrong, or nobody could serve it.</exception>
    Task<OperationOutcome> RunAsync(OperationCall call, CancellationToken cancellationToken);

    /// <summary>Runs an operation over several inputs, a few at a time. What goes wrong with one is in its item; the others go on.</summary>
    /// <returns>One item for each input, in their order. Enumerate once; whoever stops early ends the calls that are at work.</returns>
    IAsyncEnumerable<OperationBatchItem> RunBatchAsync(OperationBatch batch, CancellationToken cancellationToken);

    /// <summary>Answers a chat. The outcome's stream, if it has one, is read before <paramref name="call"/> is disposed.</summary>
    Task<ChatOutcome> ChatAsync(ChatCall call, CancellationToken cancellationToken);

    /// <summary>Turns texts into vectors.</summary>
    Task<EmbeddingOutcome> EmbedAsync(EmbeddingCall call, CancellationToken cancellationToken);

    /// <summary>Says how many tokens a chat would take.</summary>
    Task<TokenCountOutcome> CountTokensAsync(TokenCountCall call, CancellationToken cancellationToken);

    /// <summary>Conductor as a chat client, for code that knows Microsoft.Extensions.AI and nothing else.</summary>
    /// <param name="model">`auto`, an alias, or provider/model; a request's own ModelId wins.</param>
    IChatClient AsChatClient(string model = "auto");
}
