using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Host.Http;
using Conductor.Operations;
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
        var current = settings.Current;
        var context = CallHeaders.ReadContext(http, dialect.Name);
        var body = await RequestBody.ReadAsync(http, current.Limits.MaxBodyBytes);
        var peek = dialect.Peek(body, RawEndpoint.Embeddings);
        await conductor.StartAsync(http.RequestAborted);

        await using var call = new EmbeddingCall
        {
            Context = context,
            Model = peek.Model ?? current.Defaults.Model,
            Body = new DialectBody(dialect, body, peek),
            Constraints = RequestChecks.Provider(conductor.Catalog, "provider", peek.Provider) is { } provider
                ? new CallConstraints { ForcedProvider = provider }
                : CallConstraints.None,
            Options = CallHeaders.ReadOptions(http.Request, CallOptions.Default),
            CallerAborted = CallLifetime.Of(http).Token,
        };
        http.Features.Set<ModelCall>(call);
        var outcome = await conductor.EmbedAsync(call, CallLifetime.Of(http).Token);
        var answer = outcome.ResponseBytes ?? OpenAIAnswers.Write(outcome, body.Span);
        OutcomeHeaders.Write(http.Response, call, outcome, isSettled: true);
        await JsonResponse.WriteAsync(http, answer);
    }
}
