using Conductor.Host.Dialects;
using Conductor.Host.Dialects.OpenAI;
using Conductor.Host.Http;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>OpenAI's addresses, under either base URL that clients are given.</summary>
internal static class OpenAIEndpoints
{
    private static readonly string[] Prefixes = ["/v1", "/openai/v1"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<DialectCalls>();
        var dialects = routes.ServiceProvider.GetRequiredService<InboundDialects>();
        var openai = routes.ServiceProvider.GetRequiredService<OpenAIDialect>();
        foreach (var prefix in Prefixes)
        {
            routes.MapPost($"{prefix}/chat/completions", http => calls.ChatAsync(http, openai));
            routes.MapPost($"{prefix}/embeddings", http => calls.EmbedAsync(http, openai));

            // Other dialects list their models here too, and say so by a header.
            routes.MapGet($"{prefix}/models", http => calls.ListModelsAsync(http, dialects.Of(http.Request)));
            routes.MapGet($"{prefix}/models/{{**id}}", http => calls.FindModelAsync(http, dialects.Of(http.Request), DialectPaths.IdOf(http))); // ids bear slashes and colons
        }
    }
}
