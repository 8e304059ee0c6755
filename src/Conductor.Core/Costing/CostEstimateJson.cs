using System.Text.Json;
using Conductor.Money;
using Conductor.Usage;

namespace Conductor.Costing;

/// <summary>An estimate as JSON, for every surface.</summary>
public static class CostEstimateJson
{
    /// <summary>Writes one object; what stands at its top is the first target's.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="model">What was asked for.</param>
    /// <param name="estimate">The answer.</param>
    public static void Write(Utf8JsonWriter json, string model, CostEstimate estimate)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(estimate);
        var first = estimate.Targets[0];
        json.WriteStartObject();
        json.WriteString("object", "cost_estimate");
        json.WriteString("model", model);
        json.WriteString("route", estimate.Route);
        WriteCost(json, first.Cost);
        json.WriteStartArray("targets");
        foreach (var target in estimate.Targets)
        {
            json.WriteStartObject();
            json.WriteString("provider", target.Provider);
            json.WriteString("model", target.Model);
            UsageJson.Write(json, "usage", target.Usage);
            json.WriteBoolean("input_is_exact", target.IsInputExact);
            json.WriteBoolean("output_is_limit", target.IsOutputLimit);
            WriteCost(json, target.Cost);
            json.WriteString("price_version", target.PriceVersion);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCost(Utf8JsonWriter json, NanoUsd? cost)
    {
        UsageJson.WriteUsd(json, "estimated_cost_usd", cost);
        if (cost is { } known)
        {
            UsageJson.WriteCents(json, "estimated_cost_cents", known);
        }
        else
        {
            json.WriteNull("estimated_cost_cents");
        }

        json.WriteString("cost_status", cost is null ? "unknown" : "estimated");
    }
}
