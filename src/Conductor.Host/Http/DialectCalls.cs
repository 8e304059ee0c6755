using System.Buffers;
using Conductor.Access;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Host.Dialects;
using Conductor.Providers;
using Conductor.Routing;
using Conductor.Settings;
using Conductor.Text;
using Conductor.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conductor.Host.Http;

/// <summary>
/// Serves what all dialects have in common: a chat, embeddings, the models. Bytes stay bytes: what the upstream says in the caller's dialect goes out as it came.
/// An endpoint maps an address onto one of these, with its dialect and with what the address says instead of the body.
/// </summary>
internal sealed class DialectCalls(IConductor conductor, ISettings settings, TimeProvider time, ILogger<DialectCalls> logger)
{
    /// <summary>Answers a chat, whole or streamed as the request asks.</summary>
    /// <param name="http">The request.</param>
    /// <param name="dialect">The dialect of the address.</param>
    /// <param name="address">What the address says instead of the body; null = nothing.</param>
    /// <param name="endpoint">Where a target that speaks the dialect is asked.</param>
    public async Task ChatAsync(HttpContext http, InboundDialect dialect, DialectAddress? address = null, RawEndpoint endpoint = RawEndpoint.Chat)
    {
        var current = settings.Current;
        var request = await DialectRequest.ReadAsync(http, conductor, dialect, current, endpoint, address);
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
            await StreamAsync(http, dialect, call, current.Reliability.StreamCommitAfter);
            return;
        }

        var outcome = await conductor.ChatAsync(call, call.CallerAborted);
        if (outcome.ResponseBytes is not { } answer)
        {
            var context = new AnswerContext(call, outcome, request.Body, time.GetUtcNow());
            new AnswerLosses(dialect.Words, context.Losses).Note(outcome.Response!);
            answer = Write(output => dialect.WriteChat(output, outcome.Response!, context));
            OutcomeHeaders.NoteLosses(call, context.Losses);
        }

        OutcomeHeaders.Write(http.Response, call, outcome, isSettled: true);
        await JsonResponse.WriteAsync(http, answer, dialect);
    }

    /// <summary>Answers with vectors.</summary>
    /// <param name="http">The request.</param>
    /// <param name="dialect">The dialect of the address.</param>
    /// <param name="address">What the address says instead of the body; null = nothing.</param>
    /// <param name="endpoint">Where a target that speaks the dialect is asked.</param>
    public async Task EmbedAsync(HttpContext http, InboundDialect dialect, DialectAddress? address = null, RawEndpoint endpoint = RawEndpoint.Embeddings)
    {
        var request = await DialectRequest.ReadAsync(http, conductor, dialect, settings.Current, endpoint, address);
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
        var outcome = await conductor.EmbedAsync(call, call.CallerAborted);
        if (outcome.ResponseBytes is not { } answer)
        {
            var context = new AnswerContext(call, outcome, request.Body, time.GetUtcNow());
            answer = Write(output => dialect.WriteEmbeddings(output, outcome.Vectors!, context));
            OutcomeHeaders.NoteLosses(call, context.Losses);
        }

        OutcomeHeaders.Write(http.Response, call, outcome, isSettled: true);
        await JsonResponse.WriteAsync(http, answer, dialect);
    }

    /// <summary>Says how many tokens a chat would take: the target's own word where it speaks the dialect, else an estimate, and `x-conductor-notices` says so.</summary>
    /// <param name="http">The request.</param>
    /// <param name="dialect">The dialect of the address.</param>
    /// <param name="address">What the address says instead of the body; null = nothing.</param>
    public async Task CountTokensAsync(HttpContext http, InboundDialect dialect, DialectAddress? address = null)
    {
        var request = await DialectRequest.ReadAsync(http, conductor, dialect, settings.Current, RawEndpoint.CountTokens, address);
        await using var call = new TokenCountCall
        {
            Context = request.Context,
            Model = request.Model,
            Body = request.Body,
            Constraints = request.Constraints,
            Options = request.Options,
            CallerAborted = CallLifetime.Of(http).Token,
        };
        http.Features.Set<ModelCall>(call);
        var outcome = await conductor.CountTokensAsync(call, call.CallerAborted);
        OutcomeHeaders.Write(http.Response, call, outcome, isSettled: true);
        await JsonResponse.WriteAsync(http, outcome.ResponseBytes ?? Write(output => dialect.WriteTokenCount(output, outcome.Tokens)), dialect);
    }

    /// <summary>Lists what this caller may ask for.</summary>
    public async Task ListModelsAsync(HttpContext http, InboundDialect dialect)
    {
        var models = await ModelsAsync(http);
        await JsonResponse.WriteAsync(http, json => dialect.WriteModels(json, models, http.Request.Query), dialect);
    }

    /// <summary>Describes one of them.</summary>
    /// <param name="http">The request.</param>
    /// <param name="dialect">The dialect of the address.</param>
    /// <param name="id">The model's id as the address or the body says it.</param>
    /// <exception cref="ConductorException">There is none by this name, or not for this caller.</exception>
    public async Task FindModelAsync(HttpContext http, InboundDialect dialect, string id)
    {
        var model = Find(await ModelsAsync(http), id);
        await JsonResponse.WriteAsync(http, json => dialect.WriteModel(json, model), dialect);
    }

    /// <summary>What this caller may ask for.</summary>
    public async Task<IReadOnlyList<ListedModel>> ModelsAsync(HttpContext http)
    {
        await conductor.StartAsync(http.RequestAborted);
        var caller = http.Features.GetRequiredFeature<CallerIdentity>();
        return ModelListing.For(conductor.Catalog, caller.TenantId, caller.Key);
    }

    /// <summary>The model of this id.</summary>
    /// <exception cref="ConductorException">There is none.</exception>
    public static ListedModel Find(IReadOnlyList<ListedModel> models, string id) =>
        models.FirstOrDefault(model => model.Id == id) ?? throw ConductorErrors.ModelNotFound(id, NearestName.Find(id, models.Select(model => model.Id)));

    private Task StreamAsync(HttpContext http, InboundDialect dialect, ChatCall call, TimeSpan commitAfter)
    {
        AnswerContext? context = null;
        return StreamedAnswer.WriteAsync(
            http,
            dialect,
            conductor.ChatAsync(call, call.CallerAborted),
            commitAfter,
            outcome =>
            {
                if (context is not null)
                {
                    OutcomeHeaders.NoteLosses(call, context.Losses);
                }

                OutcomeHeaders.Write(http.Response, call, outcome, isSettled: false);
            },
            outcome =>
            {
                var events = outcome.Events ?? dialect.StreamAsync(context = new AnswerContext(call, outcome, call.Body!, time.GetUtcNow()), call.CallerAborted);
                return call.Options.TellsCost && dialect.HasCostInStream ? StreamCost.AddAsync(call, events, call.CallerAborted) : events;
            },
            time,
            logger,
            call.CallerAborted);
    }

    private static ReadOnlyMemory<byte> Write(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        write(output);
        return output.WrittenMemory;
    }
}
