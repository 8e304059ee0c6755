using System.Text.Json;
using Conductor.Calls;
using Conductor.Money;
using Conductor.Storage;

namespace Conductor.Usage;

/// <summary>Usage as JSON, for every surface. Amounts are exact: cents with seven decimals, dollars with nine.</summary>
public static class UsageJson
{
    /// <summary>A period's metrics, with the members of an object left open for more.</summary>
    public static void WriteMembers(Utf8JsonWriter json, UsageMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(metrics);
        json.WriteString("tenant_id", metrics.TenantId);
        json.WriteString("period_start", metrics.Period.From);
        json.WriteString("period_end", metrics.Period.Until);
        json.WriteNumber("total_requests", metrics.TotalRequests);
        json.WriteNumber("successful_requests", metrics.SuccessfulRequests);
        json.WriteNumber("failed_requests", metrics.FailedRequests);
        json.WriteNumber("cancelled_requests", metrics.CancelledRequests);
        json.WriteNumber("total_tokens", metrics.Usage.TotalTokens);
        WriteCents(json, "total_cost_cents", metrics.Cost);
        WriteUsd(json, "total_cost_usd", metrics.Cost);
        WriteUsd(json, "estimated_cost_usd", metrics.EstimatedCost);
        json.WriteNumber("unknown_costs", metrics.UnknownCosts);
        Write(json, "usage", metrics.Usage);
        json.WriteStartObject("by_operation");
        foreach (var (name, operation) in metrics.ByOperation)
        {
            json.WriteStartObject(name);
            WriteMembers(json, operation);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("by_provider");
        foreach (var (name, provider) in metrics.ByProvider)
        {
            json.WriteStartObject(name);
            WriteMembers(json, provider);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>A sum by its dimension: attempts for providers and models, calls for all others.</summary>
    public static void Write(Utf8JsonWriter json, UsageSum sum, UsageDimension by)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(sum);
        json.WriteStartObject();
        json.WriteString("name", sum.Name);
        if (by is UsageDimension.Provider or UsageDimension.Model)
        {
            WriteMembers(json, ProviderMetrics.Of(sum));
        }
        else
        {
            WriteMembers(json, OperationMetrics.Of(sum));
        }

        WriteUsd(json, "total_cost_usd", sum.Cost);
        WriteUsd(json, "estimated_cost_usd", sum.EstimatedCost);
        json.WriteNumber("unknown_costs", sum.UnknownCosts);
        Write(json, "usage", sum.Usage);
        json.WriteEndObject();
    }

    /// <summary>What was used, every counter that is not zero and always input, output and total.</summary>
    public static void Write(Utf8JsonWriter json, string name, TokenUsage usage)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(usage);
        json.WriteStartObject(name);
        json.WriteNumber("input_tokens", usage.InputTokens);
        json.WriteNumber("output_tokens", usage.OutputTokens);
        json.WriteNumber("total_tokens", usage.TotalTokens);
        ReadOnlySpan<(string Name, long Tokens)> parts =
        [
            ("cached_tokens", usage.CachedInputTokens), ("cache_write_tokens", usage.CacheWriteTokens), ("cache_write_1h_tokens", usage.CacheWriteHourTokens),
            ("audio_input_tokens", usage.AudioInputTokens), ("image_input_tokens", usage.ImageInputTokens), ("embedding_tokens", usage.EmbeddingTokens),
            ("reasoning_tokens", usage.ReasoningTokens), ("audio_output_tokens", usage.AudioOutputTokens), ("image_output_tokens", usage.ImageOutputTokens),
        ];
        foreach (var (part, tokens) in parts)
        {
            if (tokens != 0)
            {
                json.WriteNumber(part, tokens);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>Dollars as a number with nine decimals; null where unknown.</summary>
    public static void WriteUsd(Utf8JsonWriter json, string name, NanoUsd? amount)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WritePropertyName(name);
        if (amount is { } known)
        {
            json.WriteRawValue(known.ToString(), skipInputValidation: true);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    /// <summary>Cents.</summary>
    public static void WriteCents(Utf8JsonWriter json, string name, NanoUsd amount)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteNumber(name, amount.ToUsd() * 100);
    }

    /// <summary>How sure a cost is, as it is spelled everywhere.</summary>
    public static string Name(CostStatus status) => status switch
    {
        CostStatus.Settled => "settled",
        CostStatus.Estimated => "estimated",
        CostStatus.Released => "released",
        CostStatus.Interrupted => "interrupted",
        _ => "unknown",
    };

    private static void WriteMembers(Utf8JsonWriter json, OperationMetrics metrics)
    {
        json.WriteNumber("request_count", metrics.RequestCount);
        json.WriteNumber("total_tokens", metrics.TotalTokens);
        WriteCents(json, "total_cost_cents", metrics.Cost);
        json.WriteNumber("average_latency_ms", (long)Math.Round(metrics.AverageLatency.TotalMilliseconds));
        json.WriteNumber("error_rate", metrics.ErrorRate);
    }

    private static void WriteMembers(Utf8JsonWriter json, ProviderMetrics metrics)
    {
        json.WriteNumber("request_count", metrics.RequestCount);
        json.WriteNumber("success_count", metrics.SuccessCount);
        json.WriteNumber("error_count", metrics.ErrorCount);
        json.WriteNumber("total_tokens", metrics.TotalTokens);
        WriteCents(json, "total_cost_cents", metrics.Cost);
        json.WriteNumber("average_latency_ms", (long)Math.Round(metrics.AverageLatency.TotalMilliseconds));
    }
}
