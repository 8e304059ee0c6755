using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Routing;
using Conductor.Settings;

namespace Conductor.Operations;

/// <summary>The part of an operation's request that is Conductor's own: who is to serve it, and how. A batch has one for all of its items.</summary>
internal sealed record OperationEnvelope(
    string Model, int? MaxTokens, float? Temperature, float? TopP, CallConstraints Constraints, CallOptions Options)
{
    /// <summary>Members that are read here; the others go on to the operation.</summary>
    public static readonly string[] Members = ["model", "provider", "max_tokens", "temperature", "top_p", "constraints", "options"];

    private static readonly string[] ConstraintMembers =
        ["max_latency_ms", "max_cost_cents", "required_quality_score", "preferred_providers", "excluded_providers"];

    private static readonly string[] OptionMembers = ["use_cache", "force_provider", "max_retries", "timeout_ms"];

    /// <exception cref="InvalidRequestException">A member is wrong; the exception names it.</exception>
    public static OperationEnvelope Read(RequestObject request, OperationEntry entry, CallContext context, CatalogSnapshot catalog)
    {
        var constraints = ReadConstraints(request, catalog);
        var options = ReadOptions(request, catalog, out var forced);
        var provider = request.String("provider", maxLength: 200);
        var forcedProvider = RequestChecks.Provider(catalog, "options.force_provider", forced) ?? RequestChecks.Provider(catalog, "provider", provider);
        return new OperationEnvelope(
            ModelOf(request) ?? TenantPreferences.ModelOf(catalog.Settings, context.TenantId, entry.Name, ModelOf(entry, catalog.Settings)),
            request.Integer("max_tokens", 1, 1_000_000),
            (float?)request.Number("temperature", 0, 2),
            (float?)request.Number("top_p", 0, 1),
            constraints with { ForcedProvider = forcedProvider },
            options);
    }

    private static string? ModelOf(RequestObject request) => request.String("model", maxLength: 400) switch
    {
        "" => throw new InvalidRequestException("'model' is empty; name a model, an alias or 'auto', or leave it out.", "model", "invalid_value"),
        var model => model,
    };

    // The default names a chat model wherever it names one; it could serve no operation of vectors.
    private static string ModelOf(OperationEntry entry, ConductorSettings settings) =>
        settings.Operations.GetValueOrDefault(entry.Name)?.Model ?? (entry.IsEmbedding ? "auto" : settings.Defaults.Model);

    private static CallConstraints ReadConstraints(RequestObject request, CatalogSnapshot catalog)
    {
        if (request.Object("constraints", ConstraintMembers) is not { } constraints)
        {
            return CallConstraints.None;
        }

        return new CallConstraints
        {
            MaxLatency = constraints.Integer("max_latency_ms", 100, 60_000) is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
            MaxCost = constraints.Number("max_cost_cents", 0, 1e9) is { } cents ? NanoUsd.FromUsd((decimal)cents / 100m) : null,
            RequiredQualityScore = constraints.Number("required_quality_score", 0, 1),
            PreferredProviders = RequestChecks.Providers(catalog, "constraints.preferred_providers", constraints.Strings("preferred_providers", 100)),
            ExcludedProviders = RequestChecks.Providers(catalog, "constraints.excluded_providers", constraints.Strings("excluded_providers", 100)),
        };
    }

    private static CallOptions ReadOptions(RequestObject request, CatalogSnapshot catalog, out string? forced)
    {
        forced = null;
        if (request.Object("options", OptionMembers) is not { } options)
        {
            return CallOptions.Default;
        }

        forced = options.String("force_provider", maxLength: 200);
        return new CallOptions
        {
            Cache = options.Boolean("use_cache") switch { true => CacheUse.ReadWrite, false => CacheUse.Off, null => null },
            MaxRetries = options.Integer("max_retries", 0, 7),
            Timeout = options.Integer("timeout_ms", 1, 600_000) is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
        };
    }
}
