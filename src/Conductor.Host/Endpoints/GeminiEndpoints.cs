using Conductor.Host.Dialects.Gemini;
using Conductor.Host.Http;
using Conductor.Providers;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>Google's addresses, `/v1beta/models/{model}:{method}`. Models' names may hold slashes, escaped or not, and colons: the last one ends them.</summary>
internal static class GeminiEndpoints
{
    private static readonly string[] Prefixes = ["/v1beta", "/gemini/v1beta"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<DialectCalls>();
        var events = routes.ServiceProvider.GetRequiredService<GeminiDialect>();
        var array = routes.ServiceProvider.GetRequiredService<GeminiArrayDialect>();
        foreach (var prefix in Prefixes)
        {
            routes.MapGet($"{prefix}/models", http => calls.ListModelsAsync(http, events)).Access(AccessRule.Models);
            routes.MapGet($"{prefix}/models/{{**model}}", http => calls.FindModelAsync(http, events, NameOf(http))).Access(AccessRule.Models);
            routes.MapPost($"{prefix}/models/{{**model}}", http => CallAsync(http, calls, events, array)).Access(AccessRule.GeminiMethods);
        }
    }

    private static Task CallAsync(HttpContext http, DialectCalls calls, GeminiDialect events, GeminiArrayDialect array)
    {
        var name = NameOf(http);
        if (name.Length == 0)
        {
            // The list's own address: what follows it may be nothing, to a router.
            http.Response.Headers.Allow = "GET";
            throw HttpErrors.MethodNotAllowed(http.Request.Method, http.Request.Path.Value ?? "/", "GET");
        }

        var colon = name.LastIndexOf(':');
        var address = new DialectAddress(colon < 0 ? name : name[..colon], IsStreaming: false);
        return (address.Model is "" || colon < 0 ? "" : name[(colon + 1)..]) switch
        {
            "generateContent" => calls.ChatAsync(http, events, address),
            "streamGenerateContent" => calls.ChatAsync(http, http.Request.Query["alt"] == "sse" ? events : array, address with { IsStreaming = true }),
            "countTokens" => calls.CountTokensAsync(http, events, address),
            "embedContent" => calls.EmbedAsync(http, events, address),
            "batchEmbedContents" => calls.EmbedAsync(http, events, address, RawEndpoint.BatchEmbeddings),
            _ => throw HttpErrors.NotFound(
                http.Request.Path.Value ?? "/", "/v1beta/models/{model}:generateContent, :streamGenerateContent, :countTokens, :embedContent or :batchEmbedContents"),
        };
    }

    // Paths keep %2F as it is, because it is not a slash there; in a name it is.
    private static string NameOf(HttpContext http) => ((string?)http.Request.RouteValues["model"] ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
