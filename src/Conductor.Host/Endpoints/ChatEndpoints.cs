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

    private async Task StreamAsync(HttpContext http, ChatCall call, TimeSpan commitAfter)
    {
        await using var sse = new SseResponse(http, time, logger);
        var sending = conductor.ChatAsync(call, call.CallerAborted);
        try
        {
            if (!await IsDoneWithinAsync(sending, commitAfter))
            {
                // A slow model: the client's socket is not left silent, and fallback stays possible until there is content.
                await sse.StartAsync();
            }

            var outcome = await sending;
            if (!sse.IsStarted)
            {
                OutcomeHeaders.Write(http.Response, call, outcome, isSettled: false);
                await sse.StartAsync();
            }

            await sse.RelayAsync(outcome.Events ?? OpenAIAnswers.StreamAsync(outcome, call, time, call.CallerAborted), call.CallerAborted);
        }
#pragma warning disable CA1031 // boundary: once headers are out, a failure can only be the stream's last event
        catch (Exception failure) when (sse.IsStarted && !http.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await sse.FailAsync(ErrorBoundary.Translate(failure, http, logger));
        }
        finally
        {
            // The client may leave before there is an answer: the call is disposed only once nobody works on it any more.
            await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsDoneWithinAsync(Task task, TimeSpan limit)
    {
        if (task.IsCompleted)
        {
            return true;
        }

        try
        {
            await task.WaitAsync(limit, time);
            return true;
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            return false;
        }
    }
}
