using System.Buffers;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Money;

namespace Conductor.Operations;

/// <summary>Writes the response of a typed operation: result, metadata, usage, performance, cost.</summary>
public static class OperationResponseWriter
{
    /// <summary>Writes one JSON object.</summary>
    public static void Write(IBufferWriter<byte> output, OperationCall call, OperationOutcome outcome)
    {
        var answer = OperationAnswer.From(call, outcome);
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        WriteMembers(json, answer);
        json.WriteEndObject();
    }

    /// <summary>Writes the members of a response into an object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, OperationAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(answer);
        json.WritePropertyName("result");
        json.WriteRawValue(answer.Result.Span, skipInputValidation: true);
        WriteMetadata(json, answer);
        WriteUsage(json, answer.Usage);
        WritePerformance(json, answer.Timings);
        WriteCost(json, answer.Cost);
    }

    public static void WriteUsage(Utf8JsonWriter json, TokenUsage usage)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(usage);
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.InputTokens);
        json.WriteNumber("output_tokens", usage.OutputTokens);
        json.WriteNumber("total_tokens", usage.TotalTokens);
        json.WriteNumber("cached_tokens", usage.CachedInputTokens);
        json.WriteEndObject();
    }

    public static void WritePerformance(Utf8JsonWriter json, CallTimings timings)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(timings);
        json.WriteStartObject("performance");
        json.WriteNumber("queue_time_ms", Milliseconds(timings.Queue));
        json.WriteNumber("routing_time_ms", Milliseconds(timings.Routing));
        json.WriteNumber("provider_latency_ms", Milliseconds(timings.Provider));
        json.WriteNumber("post_processing_ms", Milliseconds(timings.PostProcessing));
        json.WriteNumber("total_time_ms", Milliseconds(timings.Total));
        json.WriteEndObject();
    }

    /// <summary>`cost`, null while unknown, and `cost_status`.</summary>
    public static void WriteCost(Utf8JsonWriter json, CallCost cost)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(cost);
        if (cost.Usd is { } usd)
        {
            json.WriteNumber("cost", usd);
        }
        else
        {
            json.WriteNull("cost");
        }

        json.WriteString("cost_status", cost.Status);
    }

    private static void WriteMetadata(Utf8JsonWriter json, OperationAnswer answer)
    {
        json.WriteStartObject("metadata");
        json.WriteString("request_id", answer.RequestId);
        json.WriteString("operation", answer.Operation);
        json.WriteString("provider_used", answer.Provider);
        json.WriteString("model_used", answer.Model);
        json.WriteBoolean("fallback_used", answer.IsFallback);
        json.WriteString("fallback_reason", answer.FallbackReason);
        json.WriteBoolean("cache_hit", answer.IsCacheHit);
        json.WriteString("ab_variant", null as string);
        json.WriteStartArray("notices");
        foreach (var notice in answer.Notices)
        {
            json.WriteStringValue(notice);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Microseconds are kept: an embedded engine answers in fractions of a millisecond.
    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
