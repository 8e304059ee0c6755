using System.Diagnostics;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Providers;
using Conductor.Telemetry;
using MediatR;
using Microsoft.Extensions.Logging;

namespace Conductor.Pipeline;

/// <summary>Opens the call's span and clock. What it tells the world, it tells when the call is disposed: a stream ends long after the pipeline.</summary>
internal sealed class TelemetryBehavior<TRequest, TResponse>(
    ConductorMetrics metrics, ConductorActivity activities, CallLog log, CallStatistics statistics, TimeProvider time, ILogger<TelemetryBehavior<TRequest, TResponse>> logger)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : ModelCall, IRequest<TResponse>
    where TResponse : ModelOutcome
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var startedAt = time.GetUtcNow();
        request.StartedTimestamp = time.GetTimestamp();
        TResponse? outcome = null;
        ConductorException? error = null;
        Activity? activity = null;
        request.CompletionFailed = failure => CallEndLog.CompletionFailed(logger, failure, request.Context.RequestId);
        request.OnCompleted(() =>
        {
            var record = CallRecord.From(request, outcome, error ?? request.StreamFailure, startedAt, time.GetElapsedTime(request.StartedTimestamp));
            metrics.CallEnded(record);
            statistics.Record(record);
            log.Write(record);
            ConductorActivity.EndCall(activity, record);
            return ValueTask.CompletedTask;
        });
        activity = activities.StartCall(request);
        metrics.CallStarted();

        try
        {
            outcome = await next().ConfigureAwait(false);
            return outcome;
        }
        catch (ConductorException told)
        {
            error = told;
            throw;
        }
        catch (ProviderException escaped) // thrown outside fallback: the caller still hears one of the table's errors
        {
            error = ConductorErrors.FromProvider(escaped, request.Hop?.Provider.Name ?? "");
            throw error;
        }
        catch (Exception unforeseen) when (unforeseen is not OperationCanceledException)
        {
            // Told and logged at the surface; here it must not pass for a caller who left.
            error = new ConductorException(500, "api_error", "internal_error", "Something failed inside Conductor.");
            throw;
        }
        finally
        {
            request.Timings.Total = time.GetElapsedTime(request.StartedTimestamp);
        }
    }
}

internal static partial class CallEndLog
{
    [LoggerMessage(EventIds.CompletionFailed, LogLevel.Error, "Something owed after {RequestId} was not done")]
    public static partial void CompletionFailed(ILogger logger, Exception failure, string requestId);
}
