using Conductor.Host.Dialects.Anthropic;
using Conductor.Host.Http;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>Anthropic's addresses, under either base URL that clients are given. The list of models at `/v1/models` is mapped beside OpenAI's.</summary>
internal static class AnthropicEndpoints
{
    private static readonly string[] Prefixes = ["/v1", "/anthropic/v1"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<DialectCalls>();
        var anthropic = routes.ServiceProvider.GetRequiredService<AnthropicDialect>();
        foreach (var prefix in Prefixes)
        {
            routes.MapPost($"{prefix}/messages", http => calls.ChatAsync(http, anthropic)).Access(AccessRule.Chat);
            routes.MapPost($"{prefix}/messages/count_tokens", http => calls.CountTokensAsync(http, anthropic)).Access(AccessRule.CountTokens);
        }

        routes.MapGet("/anthropic/v1/models", http => calls.ListModelsAsync(http, anthropic)).Access(AccessRule.Models);
        routes.MapGet("/anthropic/v1/models/{**id}", http => calls.FindModelAsync(http, anthropic, DialectPaths.IdOf(http))).Access(AccessRule.Models);
    }
}
