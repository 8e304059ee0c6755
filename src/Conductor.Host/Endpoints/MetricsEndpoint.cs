using Conductor.Host.Http;
using Conductor.Settings;
using Conductor.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>`/metrics`, for Prometheus.</summary>
internal sealed class MetricsEndpoint(PrometheusExposition exposition, ISettings settings)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", ActivatorUtilities.CreateInstance<MetricsEndpoint>(routes.ServiceProvider).ShowAsync).Access(AccessRule.Metrics);

    private async Task ShowAsync(HttpContext http)
    {
        if (!settings.Current.Telemetry.Prometheus)
        {
            throw HttpErrors.NotFound("/metrics", nearest: null);
        }

        http.Response.ContentType = PrometheusExposition.ContentType;
        exposition.Render(http.Response.BodyWriter);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
