using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Errors;
using Conductor.Providers;
using Conductor.Text;

namespace Conductor.Routing;

/// <summary>What a caller is told when a plan has no candidate: what is wrong, and what to do.</summary>
internal static class RouteRefusals
{
    /// <summary>The name led to no target at all.</summary>
    public static ConductorException NobodyKnows(ModelCall call, CatalogSnapshot catalog, RouteNeed need)
    {
        if (call.Model == "auto")
        {
            return ConductorErrors.NoModelAvailable(need switch
            {
                { Operation: { } operation, TakesAnyModel: false } => $"No provider runs '{operation}'. Load one that does; GET /v1/plugins shows what is there.",
                { Capability: ModelCapabilities.Embeddings } =>
                    "No embedding model is configured. Add a provider with an embedding model to conductor.yaml, or name one as provider/model.",
                _ => "No chat model is configured. Start an Ollama and run 'conductor models pull ollama/llama3.2', set OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY, or add a provider to conductor.yaml, for example "
                    + "'providers: { llama: { plugin: openai-compatible, base_url: \"http://127.0.0.1:8080/v1\" } }'.",
            });
        }

        if (catalog.Settings.Aliases.TryGetValue(call.Model, out var alias))
        {
            return ConductorErrors.NoModelAvailable(
                $"'{call.Model}' leads to {string.Join(", ", alias.Targets.Select(target => target.Model))}, and none of these can be called now. "
                + "GET /v1/status says which providers are off, and why.");
        }

        var slash = call.Model.IndexOf('/', StringComparison.Ordinal);
        var prefix = slash > 0 ? call.Model[..slash] : "";
        if (!catalog.Providers.TryGetValue(prefix, out var provider))
        {
            if (catalog.Settings.Providers.TryGetValue(prefix, out var off))
            {
                return ConductorErrors.NoModelAvailable(
                    $"Provider '{prefix}' is off ({off.DisabledReason ?? (off.Enabled ? "its plugin is not at work" : "enabled: false")}). GET /v1/status says more.");
            }
        }
        else if (provider.Settings.Models.Count > 0 && !provider.Settings.Models.Contains("*"))
        {
            return ConductorErrors.ModelNotOffered(
                call.Model, prefix, provider.Settings.Models, NearestName.Find(call.Model, provider.Models.Select(model => $"{prefix}/{model.Id}")));
        }

        var known = catalog.Settings.Aliases.Keys.Concat(catalog.Providers.Values.SelectMany(live => live.Models.Select(model => $"{live.Name}/{model.Id}")))
            .Where(name => RouteFilters.IsNameAllowed(catalog.Settings, call.Context.TenantId, call.Context.Key, name)); // what this caller may not use is not named to it
        return ConductorErrors.ModelNotFound(call.Model, NearestName.Find(call.Model, known));
    }

    /// <summary>The name led to targets, and every one was refused.</summary>
    public static ConductorException AllRefused(ModelCall call, RouteNeed need, List<RouteDecision> decisions)
    {
        if (decisions.TrueForAll(decision => decision.Reason == RouteFilters.NotAllowed))
        {
            return ConductorErrors.ModelNotAllowed(call.Model);
        }

        if (call.Constraints.ForcedProvider is { } forced && decisions.TrueForAll(decision => !decision.Target.StartsWith(forced + "/", StringComparison.Ordinal)))
        {
            var valid = decisions.Where(decision => decision.Reason == RouteFilters.NotForced(forced)).Select(decision => decision.Target[..decision.Target.IndexOf('/', StringComparison.Ordinal)]);
            return new InvalidRequestException(
                $"Model '{call.Model}' does not lead to provider '{forced}'. Valid names: {string.Join(", ", valid.Distinct().Prepend("auto"))}.", "provider", "provider_not_in_route");
        }

        var why = string.Join("; ", decisions.Take(5).Select(decision => $"{decision.Target}: {decision.Reason}"));
        return decisions.TrueForAll(decision => decision.Reason == need.WhyNot(new ModelDescriptor { Id = "", Capabilities = 0 }))
            ? new InvalidRequestException($"Model '{call.Model}' cannot serve this request ({why}).", "model", "model_not_supported")
            : ConductorErrors.NoModelAvailable($"No candidate is left for model '{call.Model}' ({why}).");
    }
}
