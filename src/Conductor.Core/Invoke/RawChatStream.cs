using Conductor.Calls;
using Conductor.Costing;
using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Signatures;

namespace Conductor.Invoke;

/// <summary>A streamed answer, event by event, byte for byte. Primed: the first content is in hand before the caller is promised a stream.</summary>
internal sealed class RawChatStream
{
    private readonly ChatCall _call;
    private readonly AttemptScope _scope;
    private readonly IDialectStream _stream;
    private readonly StreamEnd _end;
    private readonly List<byte[]> _head = []; // events before the first content, and that content
    private readonly long _longest;
    private readonly StreamUsageCounter _counter = new();
    private readonly SignatureMemory? _signatures;
    private TokenUsage? _usage;
    private readonly Func<CancellationToken, ValueTask<bool>> _next;
    private bool _hasContent;
    private bool _isFinished;
    private bool _hasEnded;

    private RawChatStream(ChatCall call, AttemptScope scope, RawReply reply, IDialectStream stream)
    {
        _call = call;
        _scope = scope;
        _next = NextAsync;
        _signatures = scope.Signatures;
        _stream = stream;
        _longest = call.Catalog!.Settings.Limits.MaxReplyBytes;
        _end = new StreamEnd(call, scope, CloseAsync, () => Used);

        async ValueTask CloseAsync()
        {
            // The reply first: it lets go of the connection, where disposing the body alone would read on to its end.
            await reply.DisposeAsync().ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    public static async Task<ChatOutcome> StartAsync(ChatCall call, AttemptScope scope, IRawTransport transport)
    {
        var body = call.Body!;
        var request = RawExchange.RequestFor(call, body, scope, body.Endpoint ?? RawEndpoint.Chat, isStreaming: true);
        var reply = await scope.GuardAsync(token =>
        {
            scope.Ask();
            return transport.SendAsync(request, token);
        }).ConfigureAwait(false);
        scope.Attempt.UpstreamRequestId = reply.UpstreamRequestId;
        var stream = new RawChatStream(call, scope, reply, body.Dialect.OpenStream(reply.Body, call.Catalog!.Settings.Limits.MaxEventBytes));
        try
        {
            call.OnCompleted(stream._end.LeaveAsync);
            await stream.PrimeAsync().ConfigureAwait(false);
        }
        catch
        {
            await stream._end.CloseAsync().ConfigureAwait(false); // the next target is asked now, not when the call ends
            if (stream._usage is not null || stream._counter.OutputTokens > 0)
            {
                scope.Got(stream.Used);
            }

            throw;
        }

        return new ChatOutcome
        {
            Attempt = scope.Attempt,
            Provider = scope.Hop.Provider.Name,
            Model = scope.Hop.Model.Id,
            Events = stream.ReadAsync(),
        };
    }

    private async Task PrimeAsync()
    {
        var size = 0L;
        while (await _scope.GuardAsync(token => NextAsync(token).AsTask()).ConfigureAwait(false))
        {
            size += _stream.Raw.Length;
            if (size > _longest)
            {
                throw new ProviderException(ProviderErrorKind.InvalidResponse, "The stream goes on without any content.");
            }

            if (IsForwarded)
            {
                _head.Add(_stream.Raw.ToArray());
            }

            if (_hasContent || _isFinished || _hasEnded)
            {
                break;
            }
        }

        if (!_hasContent && !_isFinished)
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, "The stream ended before any content.");
        }

        _scope.Got();
        _scope.MarkAnswered();
        _scope.HoldTime();
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync()
    {
        _end.Begin();
        try
        {
            foreach (var item in _head)
            {
                yield return item;
            }

            while (!_hasEnded && await MoveAsync().ConfigureAwait(false))
            {
                if (IsForwarded)
                {
                    yield return _stream.Raw;
                }
            }

            if (!_isFinished)
            {
                throw _end.Broken(new ProviderException(ProviderErrorKind.InvalidResponse, "The stream ended without a finish reason."));
            }

            await _end.CloseAsync().ConfigureAwait(false);
            _scope.Succeed(_usage, Estimate);
            if (_call.Body!.Dialect.StreamEnd is { IsEmpty: false } mark)
            {
                yield return mark;
            }
        }
        finally
        {
            await _end.LeaveAsync().ConfigureAwait(false);
        }
    }

    // Usage that the caller did not ask for was asked for by us; the end mark goes out once, after success.
    private bool IsForwarded => !_stream.Event.IsEnd && !(_stream.Event.IsUsageOnly && !_call.Body!.Peek.WantsUsage);

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
        token.ThrowIfCancellationRequested(); // bytes that are already there are read without waiting
        if (!await _stream.ReadAsync(token).ConfigureAwait(false))
        {
            return false;
        }

        Take(_stream.Event);
        return true;
    }

    private void Take(DialectEvent seen)
    {
        if (seen.IsError)
        {
            throw new ProviderException(ProviderErrorKind.ServerError, "The upstream sent an error inside its stream.");
        }

        if (seen.IsInvalid)
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, "The upstream sent an event that cannot be read.");
        }

        _usage = seen.Usage ?? _usage;
        _signatures?.Note(_call, _scope.Hop, _stream.Raw.Span);
        if (seen.HasContent)
        {
            _hasContent = true;
            _counter.AddEvent(_stream.Raw.Span);
        }

        _isFinished |= seen.IsFinished;
        _hasEnded |= seen.IsEnd;
    }

    private TokenUsage Used => PartialUsage.Of(_usage, _isFinished, Estimate);

    private TokenUsage Estimate() => PartialUsage.Within(UsageEstimator.Estimate(_call, _counter), _call, _scope.Hop);
}
