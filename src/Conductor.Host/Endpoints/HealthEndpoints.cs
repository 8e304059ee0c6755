using Conductor.Host.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>Alive and ready, for orchestrators. Open to everybody: they say nothing that a stranger could use.</summary>
internal sealed class HealthEndpoints(Readiness readiness)
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<HealthEndpoints>(routes.ServiceProvider);
        foreach (var path in (string[])["/health", "/healthz", "/livez"])
        {
            routes.MapMethods(path, Methods, LiveAsync).WithMetadata(new AllowAnonymousAttribute());
        }

        routes.MapMethods("/readyz", Methods, endpoints.ReadyAsync).WithMetadata(new AllowAnonymousAttribute());
    }

    private static Task LiveAsync(HttpContext http) => JsonResponse.WriteAsync(http, json =>
    {
        json.WriteStartObject();
        json.WriteString("status", "ok");
        json.WriteEndObject();
    });

    private async Task ReadyAsync(HttpContext http)
    {
        var reasons = readiness.WhyNot();
        await JsonResponse.WriteAsync(
            http,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("status", reasons.Count == 0 ? "ready" : "not ready");
                json.WriteStartArray("reasons");
                foreach (var reason in reasons)
                {
                    json.WriteStringValue(reason);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            },
            reasons.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
