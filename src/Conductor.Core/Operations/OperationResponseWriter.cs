using System.Buffers;
using System.Text.Json;
using Conductor.Calls;

namespace Conductor.Operations;

/// <summary>Writes the response of a typed operation: result, metadata, usage, performance, cost.</summary>
public static class OperationResponseWriter
{
    /// <summary>Writes one JSON object.</summary>
    public static void Write(IBufferWriter<byte> output, OperationCall call, OperationOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(outcome);
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WritePropertyName("result");
        json.WriteRawValue(outcome.Result.Span, skipInputValidation: true);
        WriteMetadata(json, call, outcome);

        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", outcome.Usage.InputTokens);
        json.WriteNumber("output_tokens", outcome.Usage.OutputTokens);
        json.WriteNumber("total_tokens", outcome.Usage.TotalTokens);
        json.WriteNumber("cached_tokens", outcome.Usage.CachedInputTokens);
        json.WriteEndObject();

        json.WriteStartObject("performance");
        json.WriteNumber("queue_time_ms", Milliseconds(call.Timings.Queue));
        json.WriteNumber("routing_time_ms", Milliseconds(call.Timings.Routing));
        json.WriteNumber("provider_latency_ms", Milliseconds(call.Timings.Provider));
        json.WriteNumber("post_processing_ms", Milliseconds(call.Timings.PostProcessing));
        json.WriteNumber("total_time_ms", Milliseconds(call.Timings.Total));
        json.WriteEndObject();

        var cost = CallCost.Of(call);
        if (cost.Usd is { } usd)
        {
            json.WriteNumber("cost", usd);
        }
        else
        {
            json.WriteNull("cost");
        }

        json.WriteString("cost_status", cost.Status);
        json.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter json, OperationCall call, OperationOutcome outcome)
    {
        json.WriteStartObject("metadata");
        json.WriteString("request_id", call.Context.RequestId);
        json.WriteString("operation", call.Operation);
        json.WriteString("provider_used", outcome.Provider);
        json.WriteString("model_used", outcome.Model);
        json.WriteBoolean("fallback_used", call.Attempts.Count > 1);
        json.WriteString("fallback_reason", call.Attempts.Count > 1 ? call.Attempts[0].ErrorCode : null);
        json.WriteBoolean("cache_hit", call.IsCacheHit);
        json.WriteString("ab_variant", null as string);
        json.WriteStartArray("notices");
        foreach (var notice in outcome.Notices)
        {
            json.WriteStringValue(notice);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Microseconds are kept: an embedded engine answers in fractions of a millisecond.
    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
