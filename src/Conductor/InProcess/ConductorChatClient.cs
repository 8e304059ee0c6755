using System.Runtime.CompilerServices;
using Conductor.Calls;
using Microsoft.Extensions.AI;

namespace Conductor.InProcess;

/// <summary>Conductor behind the interface that every .NET AI library knows.</summary>
internal sealed class ConductorChatClient(IConductor conductor, string model) : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var call = Create(messages, options, isStreaming: false, cancellationToken);
        await using (call.ConfigureAwait(false))
        {
            var outcome = await conductor.ChatAsync(call, cancellationToken).ConfigureAwait(false);
            return outcome.Response!;
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var call = Create(messages, options, isStreaming: true, cancellationToken);
        await using (call.ConfigureAwait(false))
        {
            var outcome = await conductor.ChatAsync(call, cancellationToken).ConfigureAwait(false);
            await foreach (var update in outcome.Updates!.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                yield return update;
            }
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
        {
            return null;
        }

        return serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("conductor", defaultModelId: model)
            : serviceType == typeof(IConductor) ? conductor
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose()
    {
        // It owns nothing: Conductor belongs to the container that made it.
    }

    private ChatCall Create(IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return new ChatCall
        {
            Context = CallContext.New(),
            Model = options?.ModelId ?? model,
            IsStreaming = isStreaming,
            CallerAborted = cancellationToken,
            Request = new ChatRequest([.. messages], options?.Clone() ?? new ChatOptions()),
        };
    }
}
