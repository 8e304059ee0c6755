using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Host.Http;
using Conductor.Providers;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>`/v1/chat/completions`. Bytes stay bytes: what the upstream says in the caller's dialect goes out as it came.</summary>
internal sealed class ChatEndpoints(IConductor conductor, IDialect dialect, ISettings settings, TimeProvider time, ILogger<ChatEndpoints> logger)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<ChatEndpoints>(routes.ServiceProvider);
        foreach (var prefix in OpenAIPaths.Prefixes)
        {
            routes.MapPost($"{prefix}/chat/completions", endpoints.CompleteAsync);
        }
    }

    private async Task CompleteAsync(HttpContext http)
    {
        var current = settings.Current;
        var request = await DialectRequest.ReadAsync(http, conductor, dialect, current, RawEndpoint.Chat);
        await using var call = new ChatCall
        {
            Context = request.Context,
            Model = request.Model,
            IsStreaming = request.Body.Peek.IsStreaming,
            Body = request.Body,
            Constraints = request.Constraints,
            Options = request.Options,
            CallerAborted = CallLifetime.Of(http).Token,
        };
        http.Features.Set<ModelCall>(call);
        if (call.IsStreaming)
        {
            await StreamAsync(http, call, current.Reliability.StreamCommitAfter);
            return;
        }

        var outcome = await conductor.ChatAsync(call, call.CallerAborted);
        var answer = outcome.ResponseBytes ?? OpenAIAnswers.Write(outcome, call, time);
        OutcomeHeaders.Write(http.Response, call, outcome, isSettled: true);
        await JsonResponse.WriteAsync(http, answer);
    }

    private Task StreamAsync(HttpContext http, ChatCall call, TimeSpan commitAfter) => StreamedAnswer.WriteAsync(
        http,
        conductor.ChatAsync(call, call.CallerAborted),
        commitAfter,
        outcome => OutcomeHeaders.Write(http.Response, call, outcome, isSettled: false),
        outcome => outcome.Events ?? OpenAIAnswers.StreamAsync(outcome, call, time, call.CallerAborted),
        time,
        logger,
        call.CallerAborted);
}
