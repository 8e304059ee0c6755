using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Host.Http;
using Conductor.Providers;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>`/v1/embeddings`.</summary>
internal sealed class EmbeddingEndpoints(IConductor conductor, IDialect dialect, ISettings settings)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<EmbeddingEndpoints>(routes.ServiceProvider);
        foreach (var prefix in OpenAIPaths.Prefixes)
        {
            routes.MapPost($"{prefix}/embeddings", endpoints.EmbedAsync);
        }
    }

    private async Task EmbedAsync(HttpContext http)
    {
        var request = await DialectRequest.ReadAsync(http, conductor, dialect, settings.Current, RawEndpoint.Embeddings);
        await using var call = new EmbeddingCall
        {
            Context = request.Context,
            Model = request.Model,
            Body = request.Body,
            Constraints = request.Constraints,
            Options = request.Options,
            CallerAborted = CallLifetime.Of(http).Token,
        };
        http.Features.Set<ModelCall>(call);
        var outcome = await conductor.EmbedAsync(call, CallLifetime.Of(http).Token);
        var answer = outcome.ResponseBytes ?? OpenAIAnswers.Write(outcome, request.Body.Bytes.Span);
        OutcomeHeaders.Write(http.Response, call, outcome, isSettled: true);
        await JsonResponse.WriteAsync(http, answer);
    }
}
