using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Conductor.Providers;

/// <summary>A client whose failures are told in Conductor's words, and whose streams either end with a finish reason or fail.</summary>
/// <param name="inner">The library's client.</param>
/// <param name="translate">What a failure means; null where nothing is known of it.</param>
/// <param name="leavesOut">Parameters that the library does not send.</param>
internal sealed class TranslatingChatClient(IChatClient inner, Func<Exception, ProviderException?> translate, IReadOnlyList<string> leavesOut) : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            var response = await base.GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
            DroppedParameters.Add(response, LeftOut(options));
            return response;
        }
        catch (Exception failure) when (Read(failure, cancellationToken) is { } known)
        {
            throw known;
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var isFinished = false;
        var leftOut = LeftOut(options);
        var updates = base.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var lease = updates.ConfigureAwait(false);
        while (await MoveNextAsync(updates, cancellationToken).ConfigureAwait(false))
        {
            var update = updates.Current;
            isFinished |= update.FinishReason is not null;
            DroppedParameters.Add(update, leftOut);
            leftOut = []; // told once, on the first
            yield return update;
        }

        if (!isFinished)
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, "The upstream's stream ended without a finish reason.");
        }
    }

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, CancellationToken cancellationToken)
    {
        try
        {
            return await updates.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (Read(failure, cancellationToken) is { } known)
        {
            throw known;
        }
    }

    private string[] LeftOut(ChatOptions? options) => options is null || leavesOut.Count == 0 ? [] : [.. leavesOut.Where(name => IsSet(options, name))];

    private static bool IsSet(ChatOptions options, string name) => name switch
    {
        "temperature" => options.Temperature is not null,
        "top_p" => options.TopP is not null,
        "top_k" => options.TopK is not null,
        "seed" => options.Seed is not null,
        "frequency_penalty" => options.FrequencyPenalty is not null,
        "presence_penalty" => options.PresencePenalty is not null,
        "stop" => options.StopSequences is { Count: > 0 },
        _ => throw new ArgumentException($"'{name}' is no parameter that a chat client can leave out.", nameof(name)),
    };

    // The caller's own cancellation, however the library tells it.
    private Exception? Read(Exception failure, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested ? translate(failure)
        : failure is OperationCanceledException ? null
        : new OperationCanceledException("The call was cancelled.", failure, cancellationToken);
}
