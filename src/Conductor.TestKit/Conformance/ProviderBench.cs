using Conductor.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.TestKit;

/// <summary>What a check of a provider works with: the provider, and the upstream that it was pointed at.</summary>
internal sealed class ProviderBench(PluginUnderTest plugin, IModelProvider provider, ServiceProvider container, IUpstreamScript? script, SortedSet<string> capabilities)
{
    private string? _chatModel;
    private string? _embeddingModel;

    public PluginUnderTest Plugin => plugin;

    public IModelProvider Provider => provider;

    public ServiceProvider Container => container;

    public IUpstreamScript? Script => script;

    public SortedSet<string> Capabilities => capabilities;

    /// <summary>The upstream, told what to do.</summary>
    /// <exception cref="NotOfferedException">There is none, or its wire cannot say it.</exception>
    public IUpstreamScript Upstream(UpstreamTurn turn)
    {
        if (script is null)
        {
            throw new NotOfferedException("It has no upstream here. Give the kit a script of one to check this.");
        }

        return script.TryAnswer(turn) ? script : throw new NotOfferedException($"The script of its upstream has no answer for '{turn.GetType().Name}'.");
    }

    /// <summary>A client for the model to chat with.</summary>
    public async Task<IChatClient> ChatAsync(CancellationToken cancellationToken) =>
        provider.GetChatClient(await ChatModelAsync(cancellationToken).ConfigureAwait(false))
            ?? throw new NotOfferedException($"It gives no chat client for model '{_chatModel}'.");

    public async Task<string> ChatModelAsync(CancellationToken cancellationToken) =>
        _chatModel ??= plugin.ChatModel
            ?? await FirstAsync(ModelCapabilities.Chat, cancellationToken).ConfigureAwait(false)
            ?? throw new NotOfferedException("It lists no model that chats.");

    public async Task<string> EmbeddingModelAsync(CancellationToken cancellationToken) =>
        _embeddingModel ??= plugin.EmbeddingModel
            ?? await FirstAsync(ModelCapabilities.Embeddings, cancellationToken).ConfigureAwait(false)
            ?? throw new NotOfferedException("It lists no model that makes vectors.");

    public async Task<ChatResponse> AskAsync(string text, CancellationToken cancellationToken, ChatOptions? options = null)
    {
        var client = await ChatAsync(cancellationToken).ConfigureAwait(false);
        var response = await client.GetResponseAsync([new ChatMessage(ChatRole.User, text)], options, cancellationToken).ConfigureAwait(false);
        return response ?? throw new CheckFailedException("GetResponseAsync gives null; it must give a ChatResponse or throw.");
    }

    /// <summary>A stream, read to its end.</summary>
    public async Task<List<ChatResponseUpdate>> StreamAsync(string text, CancellationToken cancellationToken, ChatOptions? options = null)
    {
        var client = await ChatAsync(cancellationToken).ConfigureAwait(false);
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, text)], options, cancellationToken).ConfigureAwait(false))
        {
            updates.Add(update ?? throw new CheckFailedException("A stream holds null where an update is expected."));
        }

        return updates;
    }

    private async Task<string?> FirstAsync(ModelCapabilities capability, CancellationToken cancellationToken) =>
        (await provider.ListModelsAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(model => model.Capabilities.HasFlag(capability))?.Id;
}
