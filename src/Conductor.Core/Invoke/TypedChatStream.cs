using Conductor.Calls;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Microsoft.Extensions.AI;

namespace Conductor.Invoke;

/// <summary>A streamed answer in Microsoft.Extensions.AI's types. Primed like its raw sibling.</summary>
internal sealed class TypedChatStream
{
    private readonly ChatCall _call;
    private readonly AttemptScope _scope;
    private readonly IAsyncEnumerator<ChatResponseUpdate> _updates;
    private readonly StreamEnd _end;
    private readonly List<ChatResponseUpdate> _head = [];
    private readonly StreamUsageCounter _counter = new();
    private ChatResponseUpdate? _current;
    private UsageDetails? _usage;
    private readonly Func<CancellationToken, ValueTask<bool>> _next;
    private bool _hasContent;
    private bool _isFinished;

    private TypedChatStream(ChatCall call, AttemptScope scope, IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        _call = call;
        _scope = scope;
        _next = NextAsync;
        _updates = updates;
        _end = new StreamEnd(call, scope, updates.DisposeAsync, () => UsageReader.Read(_usage) ?? Estimate());
    }

    public static async Task<ChatOutcome> StartAsync(ChatCall call, AttemptScope scope, IChatClient client)
    {
        var chat = call.Request;
        var updates = client.GetStreamingResponseAsync(chat.Messages, ChatTargets.For(chat.Options, scope.Hop), scope.Token).GetAsyncEnumerator(scope.Token);
        var stream = new TypedChatStream(call, scope, updates);
        try
        {
            call.OnCompleted(stream._end.LeaveAsync);
            await stream.PrimeAsync().ConfigureAwait(false);
        }
        catch
        {
            await stream._end.CloseAsync().ConfigureAwait(false); // the next target is asked now, not when the call ends
            throw;
        }

        return new ChatOutcome
        {
            Attempt = scope.Attempt,
            Provider = scope.Hop.Provider.Name,
            Model = scope.Hop.Model.Id,
            Updates = stream.ReadAsync(),
        };
    }

    private async Task PrimeAsync()
    {
        while (await _scope.GuardAsync(token => NextAsync(token).AsTask()).ConfigureAwait(false))
        {
            _head.Add(_current!);
            if (_hasContent || _isFinished)
            {
                break;
            }
        }

        if (!_hasContent && !_isFinished)
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, "The stream ended before any content.");
        }

        _scope.MarkAnswered();
        _scope.HoldTime();
    }

    private async IAsyncEnumerable<ChatResponseUpdate> ReadAsync()
    {
        _end.Begin();
        try
        {
            foreach (var update in _head)
            {
                yield return update;
            }

            while (await MoveAsync().ConfigureAwait(false))
            {
                yield return _current!;
            }

            if (!_isFinished)
            {
                throw _end.Broken(new ProviderException(ProviderErrorKind.InvalidResponse, "The stream ended without a finish reason."));
            }

            await _end.CloseAsync().ConfigureAwait(false);
            _scope.Succeed(UsageReader.Read(_usage), Estimate);
        }
        finally
        {
            await _end.LeaveAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> MoveAsync()
    {
        try
        {
            return await _scope.NextAsync(_next, _call.Catalog!.Settings.Reliability).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is ProviderException or ConductorException)
        {
            throw _end.Broken(failure);
        }
    }

    private async ValueTask<bool> NextAsync(CancellationToken token)
    {
        token.ThrowIfCancellationRequested(); // a stream that never waits does not have to look
        if (!await _updates.MoveNextAsync().ConfigureAwait(false))
        {
            return false;
        }

        _current = _updates.Current ?? throw new ProviderException(ProviderErrorKind.PluginFault, "The plugin's stream holds a null.");
        Take(_current);
        return true;
    }

    private void Take(ChatResponseUpdate update)
    {
        _isFinished |= update.FinishReason is not null;
        _counter.Add(update);
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case UsageContent usage:
                    (_usage ??= new UsageDetails()).Add(usage.Details);
                    break;
                case TextContent { Text.Length: 0 } or TextReasoningContent { Text.Length: 0 }:
                    break;
                default:
                    _hasContent = true;
                    break;
            }
        }
    }

    private TokenUsage Estimate() => UsageEstimator.Estimate(_call, _counter);
}
