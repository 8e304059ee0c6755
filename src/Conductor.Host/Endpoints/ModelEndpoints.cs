using Conductor.Admission;
using Conductor.Errors;
using Conductor.Host.Http;
using Conductor.Routing;
using Conductor.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conductor.Host.Endpoints;

/// <summary>`/v1/models`: what this caller may ask for, in OpenAI's shape with a few members more.</summary>
internal sealed class ModelEndpoints(IConductor conductor)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<ModelEndpoints>(routes.ServiceProvider);
        foreach (var prefix in OpenAIPaths.Prefixes)
        {
            routes.MapGet($"{prefix}/models", endpoints.ListAsync);
            routes.MapGet($"{prefix}/models/{{**id}}", endpoints.FindAsync); // ids bear slashes and colons
        }
    }

    private async Task ListAsync(HttpContext http)
    {
        await conductor.StartAsync(http.RequestAborted);
        var models = ModelListing.For(conductor.Catalog, TenantOf(http));
        await JsonResponse.WriteAsync(http, json => ModelList.Write(json, models));
    }

    private async Task FindAsync(HttpContext http)
    {
        await conductor.StartAsync(http.RequestAborted);
        // Paths keep %2F as it is, because it is not a slash there; in an id it is.
        var id = ((string?)http.Request.RouteValues["id"] ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var models = ModelListing.For(conductor.Catalog, TenantOf(http));
        var model = models.FirstOrDefault(model => model.Id == id)
            ?? throw ConductorErrors.ModelNotFound(id, NearestName.Find(id, models.Select(model => model.Id)));
        await JsonResponse.WriteAsync(http, json => ModelList.Write(json, model));
    }

    private static string TenantOf(HttpContext http) => http.Features.GetRequiredFeature<CallerIdentity>().TenantId;
}
