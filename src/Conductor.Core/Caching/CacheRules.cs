using System.Globalization;
using Conductor.Budgets;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Dialects;
using Conductor.Operations;
using Conductor.Settings;

namespace Conductor.Caching;

/// <summary>Which calls may share an answer, and under which key.</summary>
internal static class CacheRules
{
    /// <summary>What the call does with the cache.</summary>
    public static CacheUse UseOf(ModelCall call, ConductorSettings settings)
    {
        if (!settings.Cache.Enabled || call is ChatCall { IsStreaming: true } or ChatCall { Body: null } or OperationCall { IsStreaming: true } or ChatCall { Hooks: not null } || call.Plan.Hops.Count == 0)
        {
            // A typed chat answer (of a call that hooks look at, too) can hold a plugin's own objects; only bytes are kept.
            return CacheUse.Off;
        }

        var asked = call.Options.Cache ?? (PreferenceOf(call, settings) is { CacheResponses: false } ? CacheUse.Off : null);
        return call switch
        {
            OperationCall operation => IsCacheable(operation) ? asked ?? CacheUse.ReadWrite : CacheUse.Off,
            EmbeddingCall => asked ?? CacheUse.ReadWrite,
            ChatCall chat => asked ?? settings.Cache.Chat switch
            {
                ChatCacheMode.On => CacheUse.ReadWrite,
                ChatCacheMode.TemperatureZero when chat.Body!.Peek.Temperature == 0 => CacheUse.ReadWrite,
                _ => CacheUse.Off,
            },
            _ => CacheUse.Off,
        };
    }

    public static TimeSpan TtlOf(ModelCall call, ConductorSettings settings) =>
        PreferenceOf(call, settings)?.CacheTtl ?? settings.Operations.GetValueOrDefault(call.OperationName)?.CacheTtl ?? settings.Cache.Ttl;

    // Whatever model is asked for: the tenant says how long an answer of the operation is good to it.
    private static ModelPreferenceSettings? PreferenceOf(ModelCall call, ConductorSettings settings) =>
        settings.Tenants.TryGetValue(call.Context.TenantId, out var tenant) ? tenant.Preferences.GetValueOrDefault(call.OperationName) : null;

    /// <summary>Everything that changes the answer: who, what, where it may be answered, and how.</summary>
    /// <param name="call">The call, routed.</param>
    /// <param name="promptOf">The prompt that an operation would be asked with now, as text.</param>
    /// <param name="variant">What else the answer of an operation depends on, by <see cref="VariantOfAsync"/>.</param>
    public static CacheKey KeyOf(ModelCall call, Func<OperationEntry, string> promptOf, string? variant)
    {
        using var key = new CacheKeyBuilder();
        key.AddText(call.GetType().Name);
        key.AddText(call.OperationName);
        key.AddText(call.Model);
        key.AddText(call.Options.RefuseLosses ? "strict" : null); // an answer with losses is none to a caller who refuses them
        key.AddText(OutputLimits.Ceiling(call)?.ToString(CultureInfo.InvariantCulture)); // one that a key's ceiling cut short is none to others
        key.AddText(call.Hooks?.Fingerprint); // neither a masked answer for a caller without masking, nor the other way round
        foreach (var hop in call.Plan.Hops)
        {
            key.AddText(hop.Id);
            key.AddText(hop.Provider.PluginId);
            key.AddText(hop.Provider.Settings.Fingerprint);
        }

        switch (call)
        {
            case OperationCall operation:
                key.AddBytes(operation.Payload.Span);
                key.AddText(operation.MaxTokens?.ToString(CultureInfo.InvariantCulture));
                key.AddText(operation.Temperature?.ToString("R", CultureInfo.InvariantCulture));
                key.AddText(operation.TopP?.ToString("R", CultureInfo.InvariantCulture));
                var entry = call.Catalog!.Operations[operation.Operation];
                key.AddText(entry.Fingerprint);
                key.AddText(promptOf(entry)); // an edited prompt is another question
                key.AddText(variant);
                break;
            case ChatCall { Body: { } body }:
                AddBody(key, body);
                break;
            case EmbeddingCall { Body: { } body }:
                AddBody(key, body);
                break;
            case EmbeddingCall embedding:
                key.AddText(embedding.Request.Dimensions?.ToString(CultureInfo.InvariantCulture));
                foreach (var input in embedding.Request.Inputs ?? [])
                {
                    key.AddText(input);
                }

                break;
        }

        return key.Build(call.Context.TenantId);
    }

    // The endpoint decides the answer's shape, and the headers may decide more.
    private static void AddBody(CacheKeyBuilder key, DialectBody body)
    {
        key.AddText(body.Dialect.Name);
        key.AddText(body.Endpoint?.ToString());
        foreach (var (name, value) in body.Headers)
        {
            key.AddText(name);
            key.AddText(value);
        }

        key.AddBytes(body.Bytes.Span);
    }

    /// <summary>What the operation's own code says that the answer depends on besides the request; null for nothing, and for calls that are none of an operation.</summary>
    public static async Task<string?> VariantOfAsync(ModelCall call, CancellationToken cancellationToken)
    {
        if (call is not OperationCall operation)
        {
            return null;
        }

        var entry = call.Catalog!.Operations[operation.Operation];
        try
        {
            return await OperationGuard.RunAsync(entry, code => code.CacheVariant(operation.Payload), call.Catalog.Settings.Reliability, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationStuckException)
        {
            entry.Fault("Its code did not come back although its time was up.");
        }
        catch (OperationFaultException fault)
        {
            entry.Fault($"Its code threw {fault.Name}.");
        }
        catch (Exception refusal) when (refusal is OperationRequestException or Errors.ConductorException)
        {
            // It refuses what it has checked before, or it is gone.
        }

        // An operation that cannot say what its answer depends on shares no answer; the request id is the caller's to choose.
        return call.Context.CallId;
    }

    private static bool IsCacheable(OperationCall call) =>
        call.Catalog?.Operations.GetValueOrDefault(call.Operation)?.Descriptor.IsCacheable ?? false;
}
