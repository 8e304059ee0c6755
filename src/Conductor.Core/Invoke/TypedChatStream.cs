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
    private readonly List<ChatResponseUpdate> _head = [];
    private UsageDetails? _usage;
    private readonly StreamUsageCounter _counter = new();
    private bool _hasContent;
    private bool _isFinished;

    private TypedChatStream(ChatCall call, AttemptScope scope, IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        _call = call;
        _scope = scope;
        _updates = updates;
    }

    public static async Task<ChatOutcome> StartAsync(ChatCall call, AttemptScope scope, IChatClient client)
    {
        var chat = call.Request;
        var updates = client.GetStreamingResponseAsync(chat.Messages, ChatTargets.For(chat.Options, scope.Hop), scope.Token).GetAsyncEnumerator(scope.Token);
        var disposal = new OnceDisposed(updates);
        call.OnCompleted(disposal.DisposeAsync);
        var stream = new TypedChatStream(call, scope, updates);
        try
        {
            await stream.PrimeAsync().ConfigureAwait(false);
        }
        catch
        {
            await disposal.DisposeAsync().ConfigureAwait(false);
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
        while (await _scope.GuardAsync(NextAsync).ConfigureAwait(false))
        {
            Take(_updates.Current);
            _head.Add(_updates.Current);
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
    }

    private async IAsyncEnumerable<ChatResponseUpdate> ReadAsync()
    {
        try
        {
            foreach (var update in _head)
            {
                yield return update;
            }

            while (true)
            {
                _scope.GiveIdleTime(_call.Catalog!.Settings.Reliability);
                if (!await MoveAsync().ConfigureAwait(false))
                {
                    break;
                }

                Take(_updates.Current);
                yield return _updates.Current;
            }

            if (!_isFinished)
            {
                throw Broken(new ProviderException(ProviderErrorKind.InvalidResponse, "The stream ended without a finish reason."));
            }

            _scope.Succeed(UsageReader.Read(_usage), Estimate);
        }
        finally
        {
            _scope.Fail(new OperationCanceledException(), UsageReader.Read(_usage) ?? Estimate());
        }
    }

    private async Task<bool> MoveAsync()
    {
        try
        {
            return await _scope.GuardAsync(NextAsync).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is ProviderException or ConductorException)
        {
            throw Broken(failure);
        }
    }

    private async Task<bool> NextAsync(CancellationToken token) => await _updates.MoveNextAsync().ConfigureAwait(false);

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

    private ConductorException Broken(Exception failure)
    {
        _scope.Fail(failure, UsageReader.Read(_usage) ?? Estimate());
        var told = failure as ConductorException ?? ConductorErrors.FromProvider((ProviderException)failure, _scope.Hop.Provider.Name);
        _call.StreamFailure = told;
        InvokeLog.StreamFailed(_scope.Logger, _scope.Hop.Id, told.Code, _call.Context.RequestId);
        return told;
    }

    /// <summary>An enumerator may be disposed once only, and never while it moves; the reader and the call's end both want to.</summary>
    private sealed class OnceDisposed(IAsyncEnumerator<ChatResponseUpdate> updates) : IAsyncDisposable
    {
        private int _isDisposed;

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _isDisposed, 1) == 0 ? updates.DisposeAsync() : ValueTask.CompletedTask;
    }
}
