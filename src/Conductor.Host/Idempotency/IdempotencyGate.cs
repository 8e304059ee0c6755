using System.Collections.Concurrent;
using Conductor.Access;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Host.Dialects;
using Conductor.Host.Http;
using Conductor.Settings;
using Conductor.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conductor.Host.Idempotency;

/// <summary>
/// Sees to it that a request which bears an `Idempotency-Key` is made once. The first is made, and its answer recorded as it goes out; those that come meanwhile hear the same
/// recording from its beginning; those that come later get it from the store. Requests without a key pass.
/// </summary>
internal sealed partial class IdempotencyGate(
    RequestDelegate next, IIdempotencyStore store, RecordedAnswer answers, LedgerWords ledger, RecordingMemory memory, InboundDialects dialects, DrainGate drain, ISettings settings, TimeProvider time,
    ILogger<IdempotencyGate> logger, ILogger<ErrorBoundary> boundaryLogger)
{
    // While a call runs its row must not expire; a stream lasts a day at most.
    private static readonly TimeSpan LongestCall = TimeSpan.FromHours(25);

    private readonly string _owner = Guid.NewGuid().ToString("n");
    private readonly ConcurrentDictionary<(string Tenant, string Key), IdempotentFlight> _flights = new();
    private readonly ErrorBoundary _boundary = new(next, dialects, time, boundaryLogger);

    public Task InvokeAsync(HttpContext context) =>
        HttpMethods.IsPost(context.Request.Method) && context.GetEndpoint()?.Metadata.GetMetadata<CallEndpoints>() is not null && IdempotencyKeyHeader.Read(context.Request) is { } key
            ? OnceAsync(context, key)
            : next(context);

    private async Task OnceAsync(HttpContext context, string key)
    {
        var caller = context.Features.GetRequiredFeature<CallerIdentity>();
        var body = await RequestBody.KeepAsync(context, settings.Current.Limits.MaxBodyBytes);
        var digest = RequestDigest.Of(context.Request, caller, dialects.Of(context.Request), body.Span);
        while (true)
        {
            var mine = new IdempotentFlight();
            var flight = _flights.GetOrAdd((caller.TenantId, key), mine);
            if (ReferenceEquals(flight, mine))
            {
                await LeadAsync(context, caller.TenantId, key, digest, flight);
                return;
            }

            if (await FollowAsync(context, await flight.Landing.WaitAsync(context.RequestAborted), digest))
            {
                return;
            }

            await flight.Gone.WaitAsync(context.RequestAborted); // its callers have left it, and it is being stopped: the store will say what came of it
        }
    }

    private async Task LeadAsync(HttpContext context, string tenantId, string key, byte[] digest, IdempotentFlight flight)
    {
        IdempotentLanding landing;
        IdempotencyRecord record;
        try
        {
            var now = time.GetUtcNow();
            record = new IdempotencyRecord
            {
                TenantId = tenantId,
                Key = key,
                Owner = _owner,
                RequestId = RequestIds.Of(context),
                CreatedAt = now,
                ExpiresAt = now + LongestCall + settings.Current.Limits.Idempotency.Ttl,
                Request = digest,
            };
            landing = await BeginAsync(record);
        }
        catch (Exception failure)
        {
            Remove(tenantId, key, flight);
            flight.Fail(failure);
            throw;
        }

        if (landing.Kept is not null)
        {
            flight.Land(landing);
            Remove(tenantId, key, flight);
            await FollowAsync(context, landing, digest);
            return;
        }

        await MakeAsync(context, landing, record, flight);
    }

    private async Task<IdempotentLanding> BeginAsync(IdempotencyRecord record)
    {
        try
        {
            if (await store.BeginAsync(record, CancellationToken.None) is { } kept)
            {
                return new IdempotentLanding(kept.Request, kept.RequestId, null, kept);
            }
        }
        catch (StorageException failure)
        {
            NotTaken(logger, failure.Message);
            throw ConductorErrors.StorageFull(); // without a note of the key the call could be made twice
        }

        var current = settings.Current.Limits.Idempotency;
        return new IdempotentLanding(record.Request, record.RequestId, new AnswerRecording(current.MaxAnswerBytes, memory, current.Linger, time), null);
    }

    private async Task MakeAsync(HttpContext context, IdempotentLanding landing, IdempotencyRecord record, IdempotentFlight flight)
    {
        var recording = landing.Recording!;
        recording.TryListen(out var listener);
        flight.Land(landing);
        var making = RunAsync(RecordedResponse.ContextFor(context, recording), recording, record, flight);
        try
        {
            using (listener)
            {
                await answers.RelayAsync(context, landing, listener, isOwn: true);
            }
        }
        finally
        {
            await making; // its client may have left: the request lasts as long as its call
        }
    }

    private async Task RunAsync(HttpContext context, AnswerRecording recording, IdempotencyRecord record, IdempotentFlight flight)
    {
        await Task.Yield();
        using var lifetime = new CallLifetime(drain, recording.Abandoned);
        context.Features.Set(lifetime);
        try
        {
            await _boundary.GuardAsync(context);
            if (recording.IsAbandoned)
            {
                recording.Cut();
            }
            else
            {
                await context.Response.BodyWriter.FlushAsync(CancellationToken.None); // an answer without a body has not begun yet
            }
        }
#pragma warning disable CA1031 // boundary: whoever listens is told by a cut connection, and the key must not stay taken for ever
        catch (Exception failure)
#pragma warning restore CA1031
        {
            recording.Cut();
            Broken(logger, failure, record.RequestId);
        }

        await SettleAsync(context, recording, record);
        recording.End();
        Remove(record.TenantId, record.Key, flight);
    }

    private void Remove(string tenantId, string key, IdempotentFlight flight)
    {
        _flights.TryRemove(new((tenantId, key), flight));
        flight.Leave();
    }

    private async Task SettleAsync(HttpContext context, AnswerRecording recording, IdempotencyRecord record)
    {
        var current = settings.Current.Limits.Idempotency;
        try
        {
            if (IdempotencyRules.StateOf(context, isHeard: !recording.IsAbandoned && !recording.IsCut) is not { } state)
            {
                await store.ForgetAsync(record, CancellationToken.None);
                return;
            }

            var body = state == IdempotencyState.Finished ? recording.TryTakeAll() : null;
            var done = record with
            {
                State = state == IdempotencyState.Finished && body is null ? IdempotencyState.TooLarge : state,
                Status = body is null ? 0 : recording.Status,
                Headers = body is null ? default(ReadOnlyMemory<byte>) : RecordedAnswer.HeadersOf(recording),
                Body = body,
                ExpiresAt = time.GetUtcNow() + current.Ttl,
            };
            if (await store.CompleteAsync(done, current.MaxTenantBytes, CancellationToken.None) is > 0 and var left)
            {
                LeftEarly(logger, record.TenantId, left, current.MaxTenantBytes);
            }
        }
        catch (StorageException failure)
        {
            NotKept(logger, record.RequestId, failure.Message); // the caller has its answer; who asks again is told that it was interrupted
        }
    }

    /// <returns>False where the call is being given up: there is nothing to hear.</returns>
    private async Task<bool> FollowAsync(HttpContext context, IdempotentLanding landing, byte[] digest)
    {
        if (RequestDigest.Difference(landing.Request, digest) is { } member)
        {
            throw IdempotencyErrors.Reused(member);
        }

        if (landing.Kept is { } kept)
        {
            await ReplayAsync(context, kept);
            return true;
        }

        if (!landing.Recording!.TryListen(out var listener))
        {
            return landing.Recording.IsAbandoned ? false : throw IdempotencyErrors.TooLargeToJoin();
        }

        using (listener)
        {
            await answers.RelayAsync(context, landing, listener, isOwn: false);
        }

        return true;
    }

    private async Task ReplayAsync(HttpContext context, IdempotencyRecord kept) => await (kept.State switch
    {
        IdempotencyState.Finished => answers.ReplayAsync(context, kept),
        IdempotencyState.TooLarge => throw IdempotencyErrors.NotKept(kept.RequestId, await ledger.OfAsync(kept, context.RequestAborted)),
        _ => throw IdempotencyErrors.Interrupted(kept.RequestId, await ledger.OfAsync(kept, context.RequestAborted)),
    });

    [LoggerMessage(HostEventIds.IdempotencyNotTaken, LogLevel.Warning, "An idempotency key could not be noted, so its request is refused: {Problem}")]
    private static partial void NotTaken(ILogger logger, string problem);

    [LoggerMessage(HostEventIds.IdempotencyNotKept, LogLevel.Warning, "The answer to request {RequestId} could not be kept under its idempotency key: {Problem}")]
    private static partial void NotKept(ILogger logger, string requestId, string problem);

    [LoggerMessage(HostEventIds.IdempotencyLeftEarly, LogLevel.Warning, "Tenant {TenantId}: {Count} kept answers left before their time, because more than {Limit} bytes are not kept ('limits: idempotency: max_bytes')")]
    private static partial void LeftEarly(ILogger logger, string tenantId, int count, long limit);

    [LoggerMessage(HostEventIds.IdempotencyBroken, LogLevel.Error, "The answer to request {RequestId} could not be recorded")]
    private static partial void Broken(ILogger logger, Exception failure, string requestId);
}
