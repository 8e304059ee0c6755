using System.Runtime.CompilerServices;
using Conductor.Calls;
using Conductor.Costing;
using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;

namespace Conductor.Invoke;

/// <summary>A streamed answer, event by event, byte for byte. Primed: the first content is in hand before the caller is promised a stream.</summary>
internal sealed class RawChatStream
{
    private readonly ChatCall _call;
    private readonly AttemptScope _scope;
    private readonly IDialectStream _stream;
    private readonly List<byte[]> _head = []; // events before the first content, and that content
    private readonly long _longest;
    private TokenUsage? _usage;
    private readonly StreamUsageCounter _counter = new();
    private bool _hasContent;
    private bool _isFinished;
    private bool _hasEnded;

    private RawChatStream(ChatCall call, AttemptScope scope, IDialectStream stream)
    {
        _call = call;
        _scope = scope;
        _stream = stream;
        _longest = call.Catalog!.Settings.Limits.MaxReplyBytes;
    }

    public static async Task<ChatOutcome> StartAsync(ChatCall call, AttemptScope scope, IRawTransport transport)
    {
        var body = call.Body!;
        var request = RawExchange.RequestFor(body, scope, RawEndpoint.Chat, isStreaming: true);
        var reply = await scope.GuardAsync(token => transport.SendAsync(request, token)).ConfigureAwait(false);
        call.OnCompleted(reply.DisposeAsync);
        scope.Attempt.UpstreamRequestId = reply.UpstreamRequestId;
        var events = body.Dialect.OpenStream(reply.Body, call.Catalog!.Settings.Limits.MaxEventBytes);
        call.OnCompleted(events.DisposeAsync);
        var stream = new RawChatStream(call, scope, events);
        try
        {
            await stream.PrimeAsync().ConfigureAwait(false);
        }
        catch
        {
            await reply.DisposeAsync().ConfigureAwait(false); // the next target is asked now, not when the call ends
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
        while (await _scope.GuardAsync(ReadNextAsync).ConfigureAwait(false))
        {
            size += _stream.Raw.Length;
            if (size > _longest)
            {
                throw new ProviderException(ProviderErrorKind.InvalidResponse, "The stream goes on without any content.");
            }

            var seen = Take();
            if (IsForwarded(seen))
            {
                _head.Add(_stream.Raw.ToArray());
            }

            if (seen.HasContent || seen.IsFinished || seen.IsEnd)
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

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var reliability = _call.Catalog!.Settings.Reliability;
        var end = _scope.Hop; // keeps the hop's name for the log even when the call has moved on
        try
        {
            foreach (var item in _head)
            {
                yield return item;
            }

            while (!_hasEnded)
            {
                _scope.GiveIdleTime(reliability);
                if (!await NextAsync(end.Id).ConfigureAwait(false))
                {
                    break;
                }

                var seen = TakeOrFail(end.Id);
                if (IsForwarded(seen))
                {
                    yield return _stream.Raw;
                }
            }

            if (!_isFinished)
            {
                throw Broken(new ProviderException(ProviderErrorKind.InvalidResponse, "The stream ended without a finish reason."), end.Id);
            }

            _scope.Succeed(_usage, Estimate);
            yield return _call.Body!.Dialect.StreamEnd;
        }
        finally
        {
            // Reached without Succeed only when the reader left or something failed: what had come until then is booked.
            _scope.Fail(new OperationCanceledException(cancellationToken), _usage ?? Estimate());
        }
    }

    private async Task<bool> NextAsync(string target)
    {
        try
        {
            return await _scope.GuardAsync(ReadNextAsync).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is ProviderException or ConductorException)
        {
            throw Broken(failure, target);
        }
    }

    private async Task<bool> ReadNextAsync(CancellationToken token) => await _stream.ReadAsync(token).ConfigureAwait(false);

    private DialectEvent TakeOrFail(string target)
    {
        try
        {
            return Take();
        }
        catch (ProviderException failure)
        {
            throw Broken(failure, target);
        }
    }

    private DialectEvent Take()
    {
        var seen = _stream.Event;
        if (seen.IsError)
        {
            throw new ProviderException(ProviderErrorKind.ServerError, "The upstream sent an error inside its stream.");
        }

        if (seen.IsInvalid)
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, "The upstream sent an event that cannot be read.");
        }

        _usage = seen.Usage ?? _usage;
        if (seen.HasContent)
        {
            _hasContent = true;
            _counter.AddEvent(_stream.Raw.Span);
        }

        _isFinished |= seen.IsFinished;
        _hasEnded |= seen.IsEnd;
        return seen;
    }

    // Usage that the caller did not ask for was asked for by us; the end mark goes out once, after success.
    private bool IsForwarded(DialectEvent seen) => !seen.IsEnd && !(seen.IsUsageOnly && !_call.Body!.Peek.WantsUsage);

    private TokenUsage Estimate() => UsageEstimator.Estimate(_call, _counter);

    private ConductorException Broken(Exception failure, string target)
    {
        _scope.Fail(failure, _usage ?? Estimate());
        var told = failure as ConductorException ?? ConductorErrors.FromProvider((ProviderException)failure, _scope.Hop.Provider.Name);
        _call.StreamFailure = told;
        InvokeLog.StreamFailed(_scope.Logger, target, told.Code, _call.Context.RequestId);
        return told;
    }
}
