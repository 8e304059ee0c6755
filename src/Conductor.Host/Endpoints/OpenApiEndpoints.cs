using Conductor.Access;
using Conductor.Catalog;
using Conductor.Host.Http;
using Conductor.Host.OpenApi;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>
/// `/openapi.json`, the page at `/docs`, and `/` that leads there. A browser cannot send a key to open a page, so page and document are open to
/// strangers; what is at work on this machine stands only in the document that a caller with a key gets.
/// </summary>
internal sealed class OpenApiEndpoints(IConductor conductor)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<OpenApiEndpoints>(routes.ServiceProvider);
        routes.MapGet("/", IndexAsync).AllowAnonymous();
        routes.MapGet("/openapi.json", endpoints.ShowAsync).AllowAnonymous();
        routes.MapSwaggerUI("docs", options =>
        {
            options.SwaggerEndpoint("/openapi.json", "Conductor");
            options.DocumentTitle = "Conductor";
            options.HeadContent = "<style>.swagger-ui .topbar { display: none }</style>"; // a choice of documents, where there is one
            options.EnablePersistAuthorization();
            options.DisplayRequestDuration();
            options.EnableValidator(null!); // the default asks a server on the internet
        }).AllowAnonymous();
    }

    private async Task ShowAsync(HttpContext http)
    {
        if (http.Features.Get<CallerIdentity>() is null)
        {
            await JsonResponse.WriteAsync(http, OpenApiDocument.Create(CatalogSnapshot.Empty));
            return;
        }

        await conductor.StartAsync(http.RequestAborted);
        await JsonResponse.WriteAsync(http, OpenApiDocument.Create(conductor.Catalog));
    }

    /// <summary>A browser is led to the page, a program is told what this is.</summary>
    private static Task IndexAsync(HttpContext http)
    {
        if (http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
        {
            http.Response.Redirect("/docs");
            return Task.CompletedTask;
        }

        return JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", "conductor");
            json.WriteString("version", AppVersion.Text);
            json.WriteString("openapi", "/openapi.json");
            json.WriteString("docs", "/docs");
            json.WriteEndObject();
        });
    }
}
