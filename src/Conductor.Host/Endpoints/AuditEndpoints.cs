using System.Globalization;
using Conductor.Access;
using Conductor.Audit;
using Conductor.Errors;
using Conductor.Host.Http;
using Conductor.Storage;
using Conductor.Usage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conductor.Host.Endpoints;

/// <summary>`/admin/v1/audit`: who did what to the machine. A tenant's own admin sees what its tenant did, and what was done to what is its tenant's.</summary>
internal sealed class AuditEndpoints(IAuditStore store, IAuditLog log)
{
    private const int MostRows = 1_000;
    private const int StandardRows = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly string[] Known = ["tenant", "key_name", "action", "object", "request_id", "from", "until", "before", "limit"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<AuditEndpoints>(routes.ServiceProvider);
        routes.MapGet("/admin/v1/audit", endpoints.ListAsync).Access(AccessRule.TenantAdminRead);
    }

    private async Task ListAsync(HttpContext http)
    {
        var query = new QueryText(http.Request.Query, Known);
        var caller = http.Features.GetRequiredFeature<CallerIdentity>();
        var filter = new AuditFilter
        {
            TenantId = caller.SeesMachine ? query.One("tenant") : caller.TenantId,
            KeyId = query.One("key_name"),
            Action = query.One("action"),
            Object = query.One("object"),
            RequestId = query.One("request_id"),
            From = Moment(query, "from"),
            Until = Moment(query, "until"),
            Before = Number(query, "before", 1, long.MaxValue),
        };
        var limit = (int)(Number(query, "limit", 1, MostRows) ?? StandardRows);
        try
        {
            await WrittenAsync(http.RequestAborted);
            var rows = await store.ListAsync(filter, limit + 1, http.RequestAborted);
            var head = await store.HeadAsync(http.RequestAborted);
            await JsonResponse.WriteAsync(http, json =>
            {
                json.WriteStartObject();
                json.WriteString("object", "list");
                json.WriteStartArray("data");
                foreach (var row in rows.Take(limit))
                {
                    AuditJson.Write(json, row);
                }

                json.WriteEndArray();
                json.WriteBoolean("has_more", rows.Count > limit);
                if (caller.SeesMachine)
                {
                    json.WriteStartObject("head");
                    json.WriteNumber("number", head.Number);
                    json.WriteString("hash", Convert.ToHexStringLower(head.Hash.Span));
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            });
        }
        catch (StorageException)
        {
            throw new ConductorException(503, "overloaded_error", "storage_unreadable", "The audit log cannot be read now.") { RetryAfter = TimeSpan.FromSeconds(5) };
        }
    }

    // Whoever has just changed something finds it here. While the store cannot be written, what is in it is shown.
    private async Task WrittenAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await log.FlushAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }

    private static DateTimeOffset? Moment(QueryText query, string name) => query.One(name) is { } text
        ? UsagePeriod.Moment(text) ?? throw QueryText.Wrong(name, "must be a date, or a date and time with its offset")
        : null;

    private static long? Number(QueryText query, string name, long least, long most) => query.One(name) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw QueryText.Wrong(name, string.Create(CultureInfo.InvariantCulture, $"must be a number from {least}{(most == long.MaxValue ? " on" : $" to {most}")}"));
}
