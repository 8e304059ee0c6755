using System.Collections.ObjectModel;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Privacy;

namespace Conductor.Telemetry;

/// <summary>What is left of a call when it is over: values only, for the log line, the metrics and the totals.</summary>
public sealed record CallRecord
{
    // A caller may send any number of tags; the log line takes this many, of this length.
    private const int MaxTags = 16;
    private const int MaxTagKeyLength = 64;

    public required string RequestId { get; init; }

    public required string Tenant { get; init; }

    /// <summary>The key's name; null without a key.</summary>
    public string? KeyId { get; init; }

    /// <summary>The surface the call came in by.</summary>
    public required string Surface { get; init; }

    /// <summary>`chat`, `embeddings` or the operation's name.</summary>
    public required string Operation { get; init; }

    /// <summary>What the caller asked for.</summary>
    public required string Model { get; init; }

    /// <summary>The provider's own name of the model that answered, or was tried last; null when none was.</summary>
    public string? BackendModel { get; init; }

    /// <summary>The provider that answered, or was tried last; null when none was.</summary>
    public string? Provider { get; init; }

    public required DateTimeOffset Start { get; init; }

    public required TimeSpan Duration { get; init; }

    public DateTimeOffset End => Start + Duration;

    /// <summary>The part of <see cref="Duration"/> in which no attempt was running: Conductor's own work and waiting.</summary>
    public TimeSpan Overhead { get; init; }

    /// <summary>What all attempts used together; nothing for an answer from the cache.</summary>
    public TokenUsage Usage { get; init; } = TokenUsage.None;

    /// <summary>What all attempts cost together; null when one of them has no known price.</summary>
    public NanoUsd? Cost { get; init; }

    public CostStatus CostStatus { get; init; } = CostStatus.Unknown;

    public required CallStatus Status { get; init; }

    /// <summary>The error's code as the caller sees it; null unless <see cref="Status"/> is <see cref="CallStatus.Error"/>.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>`provider`, `model`, `network` or `parsing` where a target failed; null otherwise.</summary>
    public string? ErrorCategory { get; init; }

    /// <summary>The HTTP status that fits: 200, the error's, or 499 for a caller who left.</summary>
    public int HttpStatus { get; init; } = 200;

    /// <summary>How many attempts were made.</summary>
    public int Attempts { get; init; }

    public bool IsCacheHit { get; init; }

    /// <summary>The caller's own tags, cleaned and bounded.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The record of a call that has ended. With neither outcome nor error, the caller left.</summary>
    /// <param name="call">The call; its attempts have ended and been priced.</param>
    /// <param name="outcome">What it came to; null when it failed.</param>
    /// <param name="error">What the caller was told instead, before the answer or inside its stream.</param>
    /// <param name="start">When the call began.</param>
    /// <param name="duration">How long it took, its stream included.</param>
    public static CallRecord From(ModelCall call, ModelOutcome? outcome, ConductorException? error, DateTimeOffset start, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(call);
        var last = outcome?.Attempt ?? (call.Attempts.Count > 0 ? call.Attempts[^1] : null);
        var status = StatusOf(call, outcome, error, last);
        var (cost, costStatus) = CostOf(call.Attempts);
        return new CallRecord
        {
            RequestId = LogText.Clean(call.Context.RequestId, 160),
            Tenant = LogText.Clean(call.Context.TenantId),
            KeyId = call.Context.KeyId is { } key ? LogText.Clean(key) : null,
            Surface = call.Context.Surface,
            Operation = LogText.Clean(call.OperationName),
            Model = LogText.Clean(call.Model),
            BackendModel = (outcome?.Model ?? last?.Target.Model.Id) is { } model ? LogText.Clean(model) : null,
            Provider = (outcome?.Provider ?? last?.Target.Provider.Name ?? error?.Provider) is { } provider ? LogText.Clean(provider) : null,
            Start = start,
            Duration = duration,
            Overhead = OverheadOf(call.Attempts, duration),
            Usage = UsageOf(call.Attempts),
            Cost = cost,
            CostStatus = costStatus,
            Status = status,
            ErrorCode = status == CallStatus.Error ? error?.Code ?? last?.ErrorCode : null,
            ErrorCategory = status != CallStatus.Error ? null : error is not null ? error.Category : last?.ErrorCategory,
            HttpStatus = status switch { CallStatus.Ok => 200, CallStatus.Cancelled => 499, _ => error?.Status ?? 502 },
            Attempts = call.Attempts.Count,
            IsCacheHit = call.IsCacheHit,
            Metadata = Tags(call.Context.Metadata),
        };
    }

    private static CallStatus StatusOf(ModelCall call, ModelOutcome? outcome, ConductorException? error, Attempt? last)
    {
        if (error is not null)
        {
            return CallStatus.Error;
        }

        if (outcome is null)
        {
            return CallStatus.Cancelled;
        }

        // The answer began; an attempt that did not succeed was cut short, by the caller or by the upstream. An answer from the cache has no attempt.
        return last?.Status switch
        {
            AttemptStatus.Failed => CallStatus.Error,
            AttemptStatus.Cancelled => CallStatus.Cancelled,
            AttemptStatus.Running when call.CallerAborted.IsCancellationRequested => CallStatus.Cancelled,
            _ => CallStatus.Ok,
        };
    }

    private static TokenUsage UsageOf(IReadOnlyList<Attempt> attempts)
    {
        if (attempts.Count == 1)
        {
            return attempts[0].Usage;
        }

        var sum = TokenUsage.None;
        foreach (var attempt in attempts)
        {
            sum += attempt.Usage;
        }

        return sum;
    }

    private static (NanoUsd? Cost, CostStatus Status) CostOf(IReadOnlyList<Attempt> attempts)
    {
        var cost = NanoUsd.Zero;
        var status = CostStatus.Released;
        foreach (var attempt in attempts)
        {
            switch (attempt.CostStatus)
            {
                case CostStatus.Unknown:
                    return (null, CostStatus.Unknown);
                case CostStatus.Estimated:
                    status = CostStatus.Estimated;
                    break;
                case CostStatus.Settled when status == CostStatus.Released:
                    status = CostStatus.Settled;
                    break;
            }

            cost += attempt.Cost ?? NanoUsd.Zero;
        }

        return (cost, status);
    }

    // Attempts of one hop may run side by side, so this can only be an upper bound of what they hide; never below zero.
    private static TimeSpan OverheadOf(IReadOnlyList<Attempt> attempts, TimeSpan duration)
    {
        foreach (var attempt in attempts)
        {
            duration -= attempt.Duration;
        }

        return duration > TimeSpan.Zero ? duration : TimeSpan.Zero;
    }

    private static IReadOnlyDictionary<string, string> Tags(IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
        {
            return ReadOnlyDictionary<string, string>.Empty;
        }

        var tags = new Dictionary<string, string>(Math.Min(metadata.Count, MaxTags));
        foreach (var (key, value) in metadata)
        {
            if (tags.Count == MaxTags)
            {
                break;
            }

            tags[LogText.Clean(PersonalData.Mask(key), MaxTagKeyLength)] = LogText.Clean(PersonalData.Mask(value)); // masked first: half an address is personal too
        }

        return tags;
    }
}
