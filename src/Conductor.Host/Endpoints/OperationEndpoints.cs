using System.Buffers;
using Conductor.Access;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Host.Dialects;
using Conductor.Host.Http;
using Conductor.Operations;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conductor.Host.Endpoints;

/// <summary>`/v1/operations`: what can be run, and running it.</summary>
internal sealed class OperationEndpoints(IConductor conductor, InboundDialects dialects, ISettings settings, TimeProvider time, ILogger<OperationEndpoints> logger)
{
    private const string Stream = "stream";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<OperationEndpoints>(routes.ServiceProvider);
        routes.MapGet("/v1/operations", endpoints.ListAsync).Access(AccessRule.OperationList);
        routes.MapGet("/v1/operations/{operation}", endpoints.DescribeAsync).Access(AccessRule.OperationList);
        routes.MapPost("/v1/operations/{operation}", endpoints.RunAsync).Access(AccessRule.Operations);
        routes.MapPost("/v1/operations/{operation}:batch", endpoints.RunBatchAsync).Access(AccessRule.Operations);
    }

    private Task RunAsync(HttpContext http) => RunAsync(http, isBatch: false);

    private Task RunBatchAsync(HttpContext http) => RunAsync(http, isBatch: true);

    private async Task RunAsync(HttpContext http, bool isBatch)
    {
        var context = CallHeaders.ReadContext(http, "operations");
        var body = await RequestBody.ReadAsync(http, settings.Current.Limits.MaxBodyBytes);
        await conductor.StartAsync(http.RequestAborted);
        var options = CallHeaders.ReadOptions(http.Request, CallOptions.Default);
        using var request = OperationRequest.Parse((string)http.Request.RouteValues["operation"]!, body, conductor.Catalog);
        if (isBatch || request.IsBatch)
        {
            await AnswerAsync(http, ReadBatch(http, request, context, options));
            return;
        }

        await using var call = await request.ReadCallAsync(context, CallLifetime.Of(http).Token, options, QueryFlags.Read(http.Request, Stream));
        http.Features.Set<ModelCall>(call);
        if (call.IsStreaming)
        {
            await StreamAsync(http, call);
            return;
        }

        var outcome = await conductor.RunAsync(call, CallLifetime.Of(http).Token);

        var answer = new ArrayBufferWriter<byte>(1024);
        OperationResponseWriter.Write(answer, call, outcome);
        OutcomeHeaders.Write(http.Response, call, outcome, isSettled: true);
        await JsonResponse.WriteAsync(http, answer.WrittenMemory);
    }

    private Task StreamAsync(HttpContext http, OperationCall call) => StreamedAnswer.WriteAsync(
        http,
        dialects.Common,
        conductor.RunAsync(call, call.CallerAborted),
        settings.Current.Reliability.StreamCommitAfter,
        outcome => OutcomeHeaders.Write(http.Response, call, outcome, isSettled: outcome.Deltas is null),
        outcome => OperationEvents.WriteAsync(call, outcome, call.CallerAborted),
        time,
        logger,
        call.CallerAborted);

    private static OperationBatch ReadBatch(HttpContext http, OperationRequest request, CallContext context, CallOptions options) =>
        QueryFlags.Read(http.Request, Stream)
            ? throw new InvalidRequestException("A batch is not streamed: leave '?stream=true' out, or send the inputs one by one.", Stream, "unsupported_parameter")
            : request.ReadBatch(context, CallLifetime.Of(http).Token, options);

    private async Task AnswerAsync(HttpContext http, OperationBatch batch)
    {
        var left = CallLifetime.Of(http).Token;
        http.Features.Set(batch);
        var (answer, totals) = await BatchBody.WriteAsync(batch, conductor.RunBatchAsync(batch, left), time, left);
        OutcomeHeaders.WriteCost(http.Response, totals.Cost);
        LimitHeaders.Write(http, batch.Context.Surface, totals.RequestLimit, totals.TokenLimit);
        await JsonResponse.WriteAsync(http, answer);
    }

    private async Task ListAsync(HttpContext http)
    {
        await conductor.StartAsync(http.RequestAborted);
        await JsonResponse.WriteAsync(http, json => OperationList.Write(json, conductor.Catalog, http.Features.GetRequiredFeature<CallerIdentity>().Key));
    }

    private async Task DescribeAsync(HttpContext http)
    {
        await conductor.StartAsync(http.RequestAborted);
        var entry = OperationList.Find(conductor.Catalog, (string)http.Request.RouteValues["operation"]!);
        await JsonResponse.WriteAsync(http, json => OperationList.Write(json, entry));
    }
}
