using System.Diagnostics;
using Conductor.Calls;

namespace Conductor.Telemetry;

/// <summary>
/// Spans, with the attributes of OpenTelemetry's conventions for generative AI: one per call, one per attempt below it. The parent is whatever is
/// current, so a `traceparent` that the server read is continued. Prompts and answers are never attached. Nothing is allocated while nobody listens.
/// </summary>
public sealed class ConductorActivity : IDisposable
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Conductor";

    private readonly ActivitySource _source = new(SourceName);

    /// <summary>The span of a call; null while nobody listens. End it with <see cref="EndCall"/>.</summary>
    public Activity? StartCall(ModelCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (!_source.HasListeners())
        {
            return null;
        }

        var model = LogText.Clean(call.Model);
        var activity = _source.StartActivity($"{call.OperationName} {model}", ActivityKind.Internal);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("gen_ai.operation.name", LogText.Clean(call.OperationName));
            activity.SetTag("gen_ai.request.model", model);
            activity.SetTag("conductor.request.id", LogText.Clean(call.Context.RequestId));
            activity.SetTag("conductor.tenant", LogText.Clean(call.Context.TenantId));
        }

        return activity;
    }

    /// <summary>Ends a call's span.</summary>
    public static void EndCall(Activity? activity, CallRecord record)
    {
        if (activity is null)
        {
            return;
        }

        ArgumentNullException.ThrowIfNull(record);
        if (activity.IsAllDataRequested)
        {
            activity.SetTag("gen_ai.provider.name", record.Provider);
            activity.SetTag("gen_ai.response.model", record.BackendModel);
            activity.SetTag("gen_ai.usage.input_tokens", record.Usage.InputTokens);
            activity.SetTag("gen_ai.usage.output_tokens", record.Usage.OutputTokens);
            activity.SetTag("conductor.attempts", record.Attempts);
            activity.SetTag("conductor.cache.hit", record.IsCacheHit);
            if (record.Cost is { } cost)
            {
                activity.SetTag("conductor.cost.usd", cost.ToString());
            }
        }

        Close(activity, record.Status == CallStatus.Error, record.Status == CallStatus.Cancelled ? "cancelled" : record.ErrorCode, record.ErrorCategory);
    }

    /// <summary>The span of one attempt, below the call's; null while nobody listens. End it with <see cref="EndAttempt"/>.</summary>
    /// <param name="call">The call.</param>
    /// <param name="attempt">The attempt that begins.</param>
    public Activity? StartAttempt(ModelCall call, Attempt attempt)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(attempt);
        if (!_source.HasListeners())
        {
            return null;
        }

        var activity = _source.StartActivity($"{call.OperationName} {attempt.Target.Model.Id}", ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("gen_ai.operation.name", LogText.Clean(call.OperationName));
            activity.SetTag("gen_ai.provider.name", attempt.Target.Provider.Name);
            activity.SetTag("gen_ai.request.model", LogText.Clean(attempt.Target.Model.Id));
            activity.SetTag("conductor.attempt", attempt.Number);
        }

        return activity;
    }

    /// <summary>Ends an attempt's span.</summary>
    public static void EndAttempt(Activity? activity, Attempt attempt)
    {
        if (activity is null)
        {
            return;
        }

        ArgumentNullException.ThrowIfNull(attempt);
        if (activity.IsAllDataRequested)
        {
            activity.SetTag("gen_ai.usage.input_tokens", attempt.Usage.InputTokens);
            activity.SetTag("gen_ai.usage.output_tokens", attempt.Usage.OutputTokens);
            activity.SetTag("gen_ai.usage.cache_read.input_tokens", attempt.Usage.CachedInputTokens);
            if (attempt.UpstreamStatus is { } status)
            {
                activity.SetTag("http.response.status_code", status);
            }

            if (attempt.UpstreamRequestId is { } id)
            {
                activity.SetTag("gen_ai.response.id", LogText.Clean(id));
            }
        }

        Close(activity, attempt.Status == AttemptStatus.Failed, attempt.Status == AttemptStatus.Cancelled ? "cancelled" : attempt.ErrorCode, attempt.ErrorCategory);
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    // A caller who left is not an error of the span; the type says what happened all the same.
    private static void Close(Activity activity, bool isError, string? errorType, string? category)
    {
        if (errorType is not null)
        {
            activity.SetTag("error.type", errorType);
        }

        if (category is not null)
        {
            activity.SetTag("conductor.error.category", category);
        }

        if (isError)
        {
            activity.SetStatus(ActivityStatusCode.Error);
        }

        activity.Dispose();
    }
}
