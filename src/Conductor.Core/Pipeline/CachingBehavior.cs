using Conductor.Caching;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Prompts;
using Conductor.Telemetry;
using MediatR;

namespace Conductor.Pipeline;

/// <summary>Answers from the cache, or goes on and keeps the answer. Of several equal calls at once one goes on.</summary>
internal sealed class CachingBehavior<TRequest, TResponse>(ExactCache cache, SingleFlight flights, PromptStore prompts, ConductorMetrics metrics, TimeProvider time)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : ModelCall, IRequest<TResponse>
    where TResponse : ModelOutcome
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var settings = request.Catalog!.Settings;
        var use = CacheRules.UseOf(request, settings);
        request.CacheUse = use;
        if (use == CacheUse.Off)
        {
            metrics.CacheRequest(CacheResult.Bypass);
            return await next().ConfigureAwait(false);
        }

        var key = CacheRules.KeyOf(request, PromptOf, await CacheRules.VariantOfAsync(request, cancellationToken).ConfigureAwait(false));
        if (use == CacheUse.Refresh)
        {
            return await AskAsync(request, key, next).ConfigureAwait(false);
        }

        if (cache.Find(key) is { } known)
        {
            metrics.CacheRequest(CacheResult.Hit);
            return Hit(request, known);
        }

        if (flights.Join(key) is { } flight)
        {
            var shared = await WaitAsync(request, flight, cancellationToken).ConfigureAwait(false);
            metrics.CacheRequest(shared is not null ? CacheResult.Shared : CacheResult.Miss);
            return shared is not null ? Hit(request, shared) : await AskAsync(request, key, next).ConfigureAwait(false);
        }

        CachedAnswer? answer = null;
        try
        {
            // It may have landed between the look and the start.
            if (cache.Find(key) is { } landed)
            {
                answer = landed;
                metrics.CacheRequest(CacheResult.Hit);
                return Hit(request, landed);
            }

            metrics.CacheRequest(CacheResult.Miss);
            var outcome = await next().ConfigureAwait(false);
            answer = CachedAnswer.From(request, outcome);
            Keep(request, key, answer);
            return outcome;
        }
        finally
        {
            flights.Land(key, answer);
        }
    }

    /// <summary>The answer of the call that asks; null when there is none to share, or when this call's own time is up before.</summary>
    private async Task<CachedAnswer?> WaitAsync(TRequest request, Task<CachedAnswer?> flight, CancellationToken cancellationToken)
    {
        var left = request.TimeLimit - time.GetElapsedTime(request.StartedTimestamp);
        try
        {
            return await flight.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null; // the attempt then says that no time is left
        }
    }

    private async Task<TResponse> AskAsync(TRequest request, CacheKey key, RequestHandlerDelegate<TResponse> next)
    {
        var outcome = await next().ConfigureAwait(false);
        Keep(request, key, CachedAnswer.From(request, outcome));
        return outcome;
    }

    private void Keep(TRequest request, CacheKey key, CachedAnswer? answer)
    {
        if (answer is not null && request.CacheUse is (CacheUse.ReadWrite or CacheUse.Refresh))
        {
            var settings = request.Catalog!.Settings;
            cache.Store(key, answer, CacheRules.TtlOf(request, settings), settings.Cache.MaxBytes);
        }
    }

    private string PromptOf(OperationEntry operation)
    {
        try
        {
            return operation.Descriptor.Prompt is { } shipped ? prompts.Get(operation.Name, shipped).Fingerprint : "";
        }
        catch (PromptFormatException)
        {
            return ""; // told where the prompt is needed: an engine answers without it
        }
    }

    private static TResponse Hit(TRequest request, CachedAnswer answer)
    {
        request.IsCacheHit = true;
        if (!request.Catalog!.Settings.Limits.CountCacheHits)
        {
            request.Limits?.GiveRequestBack();
        }

        request.Drop(answer.DroppedParameters);
        request.Change(answer.ChangedParameters);
        return (TResponse)answer.ToOutcome();
    }
}
