using Conductor.Host.Dialects;
using Conductor.Host.Dialects.OpenAI;
using Conductor.Host.Http;
using Conductor.Providers;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>OpenAI's addresses, under either base URL that clients are given, and Azure's older ones, where the address names the model as a deployment.</summary>
internal static class OpenAIEndpoints
{
    private const string Deployment = "/openai/deployments/{**deployment}"; // a deployment here is any name that `model` may bear, slashes included

    private static readonly string[] Prefixes = ["/v1", "/openai/v1"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<DialectCalls>();
        var dialects = routes.ServiceProvider.GetRequiredService<InboundDialects>();
        var openai = routes.ServiceProvider.GetRequiredService<OpenAIDialect>();
        var completions = routes.ServiceProvider.GetRequiredService<OpenAICompletionsDialect>();
        foreach (var prefix in Prefixes)
        {
            routes.MapPost($"{prefix}/chat/completions", http => calls.ChatAsync(http, openai)).Access(AccessRule.Chat);
            routes.MapPost($"{prefix}/completions", http => calls.ChatAsync(http, completions, endpoint: RawEndpoint.Completions)).Access(AccessRule.Chat);
            routes.MapPost($"{prefix}/embeddings", http => calls.EmbedAsync(http, openai)).Access(AccessRule.Embeddings);

            // Other dialects list their models here too, and say so by a header.
            routes.MapGet($"{prefix}/models", http => calls.ListModelsAsync(http, dialects.Of(http.Request))).Access(AccessRule.Models);
            routes.MapGet($"{prefix}/models/{{**id}}", http => calls.FindModelAsync(http, dialects.Of(http.Request), DialectPaths.IdOf(http))).Access(AccessRule.Models); // ids bear slashes and colons
        }

        routes.MapPost(Deployment, http => DeploymentAddress.Read(DialectPaths.NameOf(http, "deployment")) switch
        {
            ({ } model, "chat/completions") => calls.ChatAsync(http, openai, new DialectAddress(model)),
            ({ } model, "completions") => calls.ChatAsync(http, completions, new DialectAddress(model), RawEndpoint.Completions),
            ({ } model, "embeddings") => calls.EmbedAsync(http, openai, new DialectAddress(model)),
            _ => throw HttpErrors.NotFound(http.Request.Path.Value!, "/openai/deployments/MODEL/chat/completions"),
        }).Access(AccessRule.Deployments);
    }
}
