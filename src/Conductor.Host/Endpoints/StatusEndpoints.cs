using System.Text.Json;
using Conductor.Access;
using Conductor.Admission;
using Conductor.Catalog;
using Conductor.Host.Composition;
using Conductor.Host.Http;
using Conductor.Host.Redaction;
using Conductor.PluginLoading;
using Conductor.ProviderKeys;
using Conductor.Settings;
using Conductor.Telemetry;
using Conductor.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conductor.Host.Endpoints;

/// <summary>`/v1/status`: how the machine and each provider are.</summary>
internal sealed class StatusEndpoints(IConductor conductor, CallStatistics statistics, DrainGate drain, Readiness readiness, HostSettings settings, SecretRedactor redactor, KeyRing keys, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<StatusEndpoints>(routes.ServiceProvider);
        routes.MapGet("/v1/status", endpoints.ShowAsync).Access(AccessRule.Status);
    }

    private async Task ShowAsync(HttpContext http)
    {
        await conductor.StartAsync(http.RequestAborted);
        await JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            WriteSystem(json);
            if (http.Features.GetRequiredFeature<CallerIdentity>().SeesMachine)
            {
                WriteKeys(json);
                WriteConfiguration(json); // paths of this machine are not every tenant's to know
            }

            WriteProviders(json, conductor, redactor);
            WriteOperations(json, conductor.Catalog);
            json.WriteEndObject();
        });
    }

    private void WriteSystem(Utf8JsonWriter json)
    {
        var totals = statistics.Totals;
        json.WriteStartObject("system");
        json.WriteString("version", AppVersion.Text);
        json.WriteString("status", drain.IsDraining ? "draining" : "serving");
        json.WriteString("started_at", totals.Since);
        json.WriteNumber("uptime_seconds", Math.Round((time.GetUtcNow() - totals.Since).TotalSeconds, 1));
        json.WriteNumber("requests_in_flight", drain.InFlight);
        json.WriteNumber("total_requests", totals.Requests);
        json.WriteNumber("failed_requests", totals.Failures);
        json.WriteNumber("cancelled_requests", totals.Cancelled);
        json.WriteNumber("cache_hits", totals.CacheHits);
        json.WriteNumber("input_tokens", totals.InputTokens);
        json.WriteNumber("output_tokens", totals.OutputTokens);
        json.WriteNumber("total_tokens", totals.TotalTokens);
        json.WriteNumber("total_cost_usd", totals.Cost.ToUsd());
        json.WriteNumber("unknown_costs", totals.UnknownCosts);
        json.WriteStartArray("not_ready");
        foreach (var reason in readiness.WhyNot())
        {
            json.WriteStringValue(reason);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteKeys(Utf8JsonWriter json)
    {
        json.WriteStartArray("keys");
        foreach (var key in settings.Current.Keys)
        {
            KeyJson.Write(json, key, keys.LastUse(key), time.GetUtcNow());
        }

        json.WriteEndArray();
    }

    // The files as they are now: each mistake with its place, while the last good ones are in force.
    private void WriteConfiguration(Utf8JsonWriter json)
    {
        json.WriteStartObject("configuration");
        json.WriteStartArray("problems");
        foreach (var problem in settings.Problems)
        {
            json.WriteStringValue(redactor.Clean(problem.ToString()));
        }

        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (var note in settings.Notes)
        {
            json.WriteStringValue(redactor.Clean(note));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteOperations(Utf8JsonWriter json, CatalogSnapshot catalog)
    {
        json.WriteStartArray("operations");
        foreach (var operation in catalog.Operations.Values)
        {
            var quarantine = operation.Quarantine.Describe();
            json.WriteStartObject();
            json.WriteString("id", operation.Name);
            json.WriteString("plugin", operation.PluginId);
            json.WriteString("health", quarantine is null ? "serving" : "quarantined");
            json.WriteString("health_message", quarantine);
            json.WriteNumber("calls_in_flight", operation.CallsInFlight);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteProviders(Utf8JsonWriter json, IConductor conductor, SecretRedactor redactor)
    {
        var catalog = conductor.Catalog;
        json.WriteStartArray("providers");
        foreach (var provider in catalog.Providers.Values)
        {
            var seen = provider.Statistics;
            json.WriteStartObject();
            json.WriteString("id", provider.Name);
            json.WriteString("plugin", provider.PluginId);
            var quarantine = provider.Quarantine.Describe();
            json.WriteString("health", quarantine is null ? seen.Health.Status.ToString().ToLowerInvariant() : "quarantined");
            json.WriteString("health_message", redactor.Clean(quarantine ?? seen.Health.Message));
            WriteNumber(json, "success_rate", seen.RecentSuccessRate);
            WriteNumber(json, "latency_ms", seen.RecentLatency?.TotalMilliseconds);
            json.WriteNumber("requests", seen.Requests);
            json.WriteNumber("failures", seen.Failures);
            json.WriteNumber("calls_in_flight", provider.CallsInFlight);
            json.WriteNumber("models", provider.Models.Count);
            WriteKeys(json, provider.KeyStatuses);
            json.WriteString("last_error", redactor.Clean(seen.LastError));
            WriteTime(json, "last_error_at", seen.LastErrorAt);
            WriteTime(json, "last_check", seen.LastCheck);
            json.WriteEndObject();
        }

        // Configured and not serving: told with the reason, so that nobody searches for a provider that is simply off.
        foreach (var (name, settings) in catalog.Settings.Providers.Where(entry => !catalog.Providers.ContainsKey(entry.Key)))
        {
            json.WriteStartObject();
            json.WriteString("id", name);
            json.WriteString("plugin", settings.Plugin);
            json.WriteString("health", "disabled");
            json.WriteString("health_message", redactor.Clean(WhyOff(settings, conductor.Plugins)));
            json.WriteNull("success_rate");
            json.WriteNull("latency_ms");
            json.WriteNumber("requests", 0);
            json.WriteNumber("failures", 0);
            json.WriteNumber("calls_in_flight", 0);
            json.WriteNumber("models", 0);
            WriteKeys(json, []);
            json.WriteNull("last_error");
            json.WriteNull("last_error_at");
            json.WriteNull("last_check");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // By their numbers: the keys themselves are told nobody.
    private static void WriteKeys(Utf8JsonWriter json, IReadOnlyList<ProviderKeyStatus> keys)
    {
        json.WriteStartArray("keys");
        foreach (var key in keys)
        {
            json.WriteStartObject();
            json.WriteNumber("number", key.Number);
            json.WriteString("state", key.State);
            json.WriteString("reason", key.Reason);
            WriteNumber(json, "seconds_left", key.Left?.TotalSeconds);
            json.WriteNumber("requests", key.Requests);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string WhyOff(ProviderSettings settings, IReadOnlyList<PluginStatus> plugins)
    {
        if (settings.DisabledReason is { } reason)
        {
            return $"disabled: {reason}";
        }

        if (!settings.Enabled)
        {
            return "disabled: enabled is false";
        }

        if (plugins.FirstOrDefault(plugin => plugin.Id == settings.Plugin) is { } plugin)
        {
            return plugin.Reason ?? "The plugin does not serve it; GET /v1/plugins says more.";
        }

        var nearest = NearestName.Find(settings.Plugin, plugins.Select(plugin => plugin.Id));
        return $"There is no plugin '{settings.Plugin}'{(nearest is null ? "" : $" (nearest: '{nearest}')")}; GET /v1/plugins lists those there are.";
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, Math.Round(number, 3));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? value)
    {
        if (value is { } time)
        {
            json.WriteString(name, time);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
