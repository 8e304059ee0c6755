using Conductor.Access;
using Conductor.Errors;
using Conductor.Host.Http;
using Conductor.Storage;
using Conductor.Usage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conductor.Host.Endpoints;

/// <summary>`/v1/usage` and `/v1/generations/{request_id}`: what was used, and what became of one request. A tenant sees its own.</summary>
internal sealed class UsageEndpoints(UsageReports reports, TimeProvider time)
{
    private static readonly string[] Known = ["tenant", "key_name", "model", "operation", "provider", "period", "from", "until", "by"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<UsageEndpoints>(routes.ServiceProvider);
        routes.MapGet("/v1/usage", endpoints.ShowAsync).Access(AccessRule.Usage);
        routes.MapGet("/admin/v1/usage", endpoints.ShowAsync).Access(AccessRule.TenantAdminRead);
        routes.MapGet("/v1/generations/{request_id}", endpoints.FindAsync).Access(AccessRule.Usage);
    }

    private async Task ShowAsync(HttpContext http)
    {
        var query = http.Request.Query;
        foreach (var name in query.Keys.Where(name => !Known.Contains(name)))
        {
            throw Wrong(name, $"is not known here; known are {string.Join(", ", Known)}");
        }

        var filter = new UsageFilter
        {
            TenantId = TenantOf(http, One(query, "tenant")),
            KeyId = One(query, "key_name"), // `?key=` would be taken for a key itself, and refused
            Model = One(query, "model"),
            Operation = One(query, "operation"),
            Provider = One(query, "provider"),
        };
        var period = PeriodOf(query);
        var by = One(query, "by") is { } text ? UsageDimensions.Parse(text) ?? throw Wrong("by", $"must be one of {string.Join(", ", UsageDimensions.Names)}") : UsageDimension.None;
        try
        {
            var metrics = await reports.MetricsAsync(filter, period, http.RequestAborted);
            var groups = by == UsageDimension.None ? [] : await reports.GroupsAsync(filter, period, by, http.RequestAborted);
            await JsonResponse.WriteAsync(http, json =>
            {
                json.WriteStartObject();
                json.WriteString("object", "usage");
                UsageJson.WriteMembers(json, metrics);
                if (by != UsageDimension.None)
                {
                    json.WriteStartArray("groups");
                    foreach (var group in groups)
                    {
                        UsageJson.Write(json, group, by);
                    }

                    json.WriteEndArray();
                }

                json.WriteEndObject();
            });
        }
        catch (StorageException)
        {
            throw Unreadable();
        }
    }

    private async Task FindAsync(HttpContext http)
    {
        var id = (string)http.Request.RouteValues["request_id"]!;
        var tenant = http.Features.GetRequiredFeature<CallerIdentity>().TenantId;
        IReadOnlyList<LedgerRow> rows;
        try
        {
            rows = await reports.GenerationAsync(tenant, id, http.RequestAborted);
        }
        catch (StorageException)
        {
            throw Unreadable();
        }

        // Another tenant's is none, too: whether it exists is not for this caller to know.
        if (rows.Count == 0)
        {
            throw new ConductorException(404, "invalid_request_error", "generation_not_found",
                $"There is no booked request '{HeaderText.Safe(id)}'. It is booked when its answer has ended; an answer from the cache never is.") { Param = "request_id" };
        }

        await JsonResponse.WriteAsync(http, json => GenerationJson.Write(json, rows));
    }

    // Those who may see the machine see all tenants, or the one they name.
    private static string? TenantOf(HttpContext http, string? asked)
    {
        var caller = http.Features.GetRequiredFeature<CallerIdentity>();
        return caller.SeesMachine ? asked
            : asked is null || asked == caller.TenantId ? caller.TenantId
            : throw new ConductorException(403, "permission_error", "tenant_not_allowed", "This key may see its own tenant's usage only.") { Param = "tenant", ShouldRetry = false };
    }

    private UsagePeriod PeriodOf(IQueryCollection query)
    {
        var now = time.GetUtcNow();
        var (from, until) = (One(query, "from"), One(query, "until"));
        if (from is null && until is null)
        {
            return UsagePeriod.Parse(One(query, "period") ?? "month", now) ?? throw Wrong("period", $"must be {UsagePeriod.Forms}");
        }

        if (One(query, "period") is not null)
        {
            throw Wrong("period", "and 'from', 'until' exclude each other");
        }

        var begin = from is null ? DateTimeOffset.UnixEpoch : UsagePeriod.Moment(from) ?? throw Wrong("from", "must be a date, or a date and time with its offset");
        var end = until is null ? now.AddTicks(1) : UsagePeriod.Moment(until) ?? throw Wrong("until", "must be a date, or a date and time with its offset");
        return begin < end ? new UsagePeriod(begin, end) : throw Wrong("until", "must be later than 'from'");
    }

    private static string? One(IQueryCollection query, string name) => query[name] switch
    {
        [] => null,
        [{ Length: > 0 and <= 512 } one] => one,
        _ => throw Wrong(name, "must be there once, with a value of at most 512 characters"),
    };

    private static InvalidRequestException Wrong(string name, string what) => new($"Query parameter '{HeaderText.Safe(name)}' {what}.", HeaderText.Safe(name), "invalid_value");

    private static ConductorException Unreadable() =>
        new(503, "overloaded_error", "storage_unreadable", "The ledger cannot be read now.") { RetryAfter = TimeSpan.FromSeconds(5) };
}
