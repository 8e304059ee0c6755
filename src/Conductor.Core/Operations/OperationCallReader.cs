using System.Text.Json;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Operations;

/// <summary>Reads the request of a typed operation. Everything that is wrong with it is a 400 that names the field.</summary>
public static class OperationCallReader
{
    private static readonly string[] Members =
    [
        "text", "language", "model", "provider", "max_tokens", "temperature", "top_p", "context", "parameters", "constraints", "options",
    ];

    /// <summary>Members that every operation is given; the others above are Conductor's own.</summary>
    private static readonly string[] PayloadMembers = ["text", "language", "parameters", "context"];

    private static readonly string[] ConstraintMembers =
        ["max_latency_ms", "max_cost_cents", "required_quality_score", "preferred_providers", "excluded_providers"];

    private static readonly string[] OptionMembers = ["use_cache", "force_provider", "max_retries", "timeout_ms"];

    /// <summary>Reads and checks a request.</summary>
    /// <param name="operation">The operation's name, from the URL.</param>
    /// <param name="body">The request, UTF-8 JSON.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="catalog">What can be called now.</param>
    /// <param name="callerAborted">Cancelled when the caller leaves.</param>
    /// <exception cref="ConductorException">404 for an unknown operation, 400 for a wrong request.</exception>
    public static OperationCall Read(
        string operation, ReadOnlyMemory<byte> body, CallContext context, CatalogSnapshot catalog, CancellationToken callerAborted)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var entry = catalog.Operations.GetValueOrDefault(operation)
            ?? throw ConductorErrors.OperationNotFound(operation, Text.NearestName.Find(operation, catalog.Operations.Keys));
        using var document = RequestJson.Parse(body);
        List<string> own = [.. entry.RequestMembers.Except(Members)];
        var request = new RequestObject(document.RootElement, "", [.. Members, .. own]);

        var constraints = ReadConstraints(request, catalog);
        var options = ReadOptions(request, catalog, out var forced);
        var provider = request.String("provider", maxLength: 200);
        var forcedProvider = RequestChecks.Provider(catalog, "options.force_provider", forced) ?? RequestChecks.Provider(catalog, "provider", provider);
        CheckText(request, entry, catalog.Settings);
        var payload = WritePayload(document.RootElement, own);
        CheckPayload(entry, payload);
        var embedding = EmbeddingPayload.Read(entry, payload, LongestText(entry, catalog.Settings));

        return new OperationCall
        {
            Context = context,
            CallerAborted = callerAborted,
            Operation = operation,
            Model = ModelOf(request) ?? ModelOf(entry, catalog.Settings),
            Payload = payload,
            Embedding = embedding,
            MaxTokens = request.Integer("max_tokens", 1, 1_000_000),
            Temperature = (float?)request.Number("temperature", 0, 2),
            TopP = (float?)request.Number("top_p", 0, 1),
            Constraints = constraints with { ForcedProvider = forcedProvider },
            Options = options,
        };
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

    private static int LongestText(OperationEntry entry, ConductorSettings settings) =>
        settings.Operations.GetValueOrDefault(entry.Name)?.MaxTextLength
        ?? Math.Min(entry.Descriptor.MaxTextLength, entry.IsEmbedding ? settings.Limits.MaxEmbeddingTextLength : settings.Limits.MaxTextLength);

    private static void CheckText(RequestObject request, OperationEntry entry, ConductorSettings settings)
    {
        var text = request.String("text", maxLength: int.MaxValue);
        if (text is null)
        {
            if (entry.Descriptor.RequiresText)
            {
                throw new InvalidRequestException("'text' is missing: send the text to work on, as a string.", "text", "missing_field");
            }

            return;
        }

        var most = LongestText(entry, settings);
        if (text.Length == 0)
        {
            throw new InvalidRequestException($"'text' is empty; it must hold 1 to {most} characters.", "text", "invalid_length");
        }

        if (text.Length > most)
        {
            throw new InvalidRequestException($"'text' has {text.Length} characters; it must hold 1 to {most}.", "text", "invalid_length");
        }
    }

    private static byte[] WritePayload(JsonElement root, IEnumerable<string> own)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var name in PayloadMembers.Concat(own))
            {
                if (root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
                {
                    writer.WritePropertyName(name);
                    WriteValue(writer, name, value);
                }
            }

            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteValue(Utf8JsonWriter writer, string name, JsonElement value)
    {
        try
        {
            value.WriteTo(writer);
        }
        catch (InvalidOperationException mistake)
        {
            throw new InvalidRequestException($"'{name}' holds text that is not valid Unicode.", name, "invalid_json", mistake); // a lone surrogate somewhere inside
        }
    }

    private static void CheckPayload(OperationEntry entry, ReadOnlyMemory<byte> payload)
    {
        using var document = JsonDocument.Parse(payload);
        var violations = entry.RequestSchema.Validate(document.RootElement);
        if (violations.Count > 0)
        {
            throw new InvalidRequestException(
                string.Join(" ", violations.Take(5).Select(v => v.Path.Length == 0 ? $"The request {v.Message}." : $"'{RequestChecks.Quote(v.Path)}' {v.Message}.")),
                RequestChecks.Quote(violations[0].Path),
                "invalid_value");
        }

        if (!entry.TryAcquire())
        {
            throw ConductorErrors.OperationNotFound(entry.Name, nearest: null);
        }

        try
        {
            entry.Operation.Validate(payload);
        }
        catch (OperationRequestException mistake)
        {
            throw new InvalidRequestException(mistake.Message, mistake.Field, "invalid_value");
        }
#pragma warning disable CA1031 // boundary: the plugin's own failure is neither the caller's mistake nor Conductor's; its object must not travel on
        catch (Exception fault)
#pragma warning restore CA1031
        {
            throw ConductorErrors.OperationFault(entry.Name, fault.GetType().Name);
        }
        finally
        {
            entry.Release();
        }
    }
}
