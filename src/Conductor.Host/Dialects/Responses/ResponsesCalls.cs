using System.Buffers;
using Conductor.Calls;
using Conductor.Host.Http;
using Conductor.Providers;
using Conductor.Settings;
using Conductor.Wire.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Dialects.Responses;

/// <summary>Serves `POST /v1/responses`: as <see cref="DialectCalls"/> serves a chat, with a conversation put in before and the answer kept after.</summary>
internal sealed class ResponsesCalls(
    IConductor conductor, ResponsesDialect dialect, ResponsesConversation conversation, ResponsesKeeper keeper, ISettings settings, TimeProvider time, ILogger<ResponsesCalls> logger)
{
    /// <summary>Answers, whole or streamed as the request asks.</summary>
    public async Task CreateAsync(HttpContext http)
    {
        var current = settings.Current;
        var request = await DialectRequest.ReadAsync(http, conductor, dialect, current, RawEndpoint.Responses, address: null);
        var exchange = ResponsesExchange.Read(request.Body.Bytes.Span);
        var body = await conversation.ExpandAsync(exchange, request.Body, request.Context.TenantId, current.Storage.Responses, http.RequestAborted);
        await using var call = new ChatCall
        {
            Context = request.Context,
            Model = request.Model,
            IsStreaming = request.Body.Peek.IsStreaming,
            Body = body,
            Constraints = request.Constraints,
            Options = request.Options,
            CallerAborted = CallLifetime.Of(http).Token,
        };
        http.Features.Set<ModelCall>(call);
        if (call.IsStreaming)
        {
            await StreamAsync(http, call, exchange, current.Reliability.StreamCommitAfter);
            return;
        }

        var outcome = await conductor.ChatAsync(call, call.CallerAborted);
        var answer = await AnswerAsync(call, outcome, exchange);
        OutcomeHeaders.Write(http.Response, call, outcome, isSettled: true);
        await JsonResponse.WriteAsync(http, answer, dialect);
    }

    private async Task<ReadOnlyMemory<byte>> AnswerAsync(ChatCall call, ChatOutcome outcome, ResponsesExchange exchange)
    {
        var wantsStored = keeper.Wants(exchange);
        var context = new AnswerContext(call, outcome, call.Body!, time.GetUtcNow());
        var answer = outcome.ResponseBytes ?? Write(outcome.Response!, exchange, context, wantsStored);
        if (wantsStored && !await keeper.KeepAsync(exchange, call.Context, answer, call.CallerAborted))
        {
            outcome.Notices = [.. outcome.Notices, "The answer could not be kept, so it cannot be gone on from by its id."];
            answer = outcome.ResponseBytes ?? Write(outcome.Response!, exchange, context, isStored: false);
        }

        return answer;
    }

    private static ReadOnlyMemory<byte> Write(ChatResponse response, ResponsesExchange exchange, AnswerContext context, bool isStored)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        ResponsesAnswerWriter.Write(output, response, exchange.HeadOf(context), isStored, context.Usage);
        return output.WrittenMemory;
    }

    private Task StreamAsync(HttpContext http, ChatCall call, ResponsesExchange exchange, TimeSpan commitAfter) => StreamedAnswer.WriteAsync(
        http,
        dialect,
        conductor.ChatAsync(call, call.CallerAborted),
        commitAfter,
        outcome => OutcomeHeaders.Write(http.Response, call, outcome, isSettled: false),
        outcome =>
        {
            var stream = new ResponsesStream(keeper, exchange, failure => ErrorBoundary.Translate(failure, http, logger));
            return outcome.Events is { } events
                ? stream.RelayAsync(events, call.Context, call.CallerAborted)
                : stream.WriteAsync(UpdatesOf(outcome), new AnswerContext(call, outcome, call.Body!, time.GetUtcNow()), call.CallerAborted);
        },
        time,
        logger,
        call.CallerAborted);

    private IAsyncEnumerable<ChatResponseUpdate> UpdatesOf(ChatOutcome outcome) =>
        outcome.Updates ?? (outcome.Response ?? dialect.Read(outcome.ResponseBytes!.Value.Span)).ToChatResponseUpdates().ToAsyncEnumerable();
}
