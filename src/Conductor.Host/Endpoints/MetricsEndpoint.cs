using Conductor.Host.Http;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>`/metrics`, for Prometheus.</summary>
internal static class MetricsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", ShowAsync);

    private static async Task ShowAsync(HttpContext http)
    {
        if (!http.RequestServices.GetRequiredService<ISettings>().Current.Telemetry.Prometheus)
        {
            throw HttpErrors.NotFound("/metrics", nearest: null);
        }

        http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await http.Response.WriteAsync("", http.RequestAborted);
    }
}
