using System.Buffers;
using Conductor.Calls;
using Conductor.Host.Http;
using Conductor.Operations;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>`/v1/operations`: what can be run, and running it.</summary>
internal sealed class OperationEndpoints(IConductor conductor, ISettings settings)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<OperationEndpoints>(routes.ServiceProvider);
        routes.MapGet("/v1/operations", endpoints.ListAsync);
        routes.MapGet("/v1/operations/{operation}", endpoints.DescribeAsync);
        routes.MapPost("/v1/operations/{operation}", endpoints.RunAsync);
    }

    private async Task RunAsync(HttpContext http)
    {
        var context = CallHeaders.ReadContext(http, "operations");
        var body = await RequestBody.ReadAsync(http, settings.Current.Limits.MaxBodyBytes);
        await conductor.StartAsync(http.RequestAborted);
        var read = OperationCallReader.Read((string)http.Request.RouteValues["operation"]!, body, context, conductor.Catalog, CallLifetime.Of(http).Token);
        await using var call = WithHeaders(read, http.Request);
        http.Features.Set<ModelCall>(call);
        var outcome = await conductor.RunAsync(call, CallLifetime.Of(http).Token);

        var answer = new ArrayBufferWriter<byte>(1024);
        OperationResponseWriter.Write(answer, call, outcome);
        OutcomeHeaders.Write(http.Response, call, outcome, isSettled: true);
        await JsonResponse.WriteAsync(http, answer.WrittenMemory);
    }

    private static OperationCall WithHeaders(OperationCall call, HttpRequest request)
    {
        var options = CallHeaders.ReadOptions(request, call.Options);
        return ReferenceEquals(options, call.Options) ? call : new OperationCall
        {
            Context = call.Context,
            CallerAborted = call.CallerAborted,
            Operation = call.Operation,
            Model = call.Model,
            Payload = call.Payload,
            MaxTokens = call.MaxTokens,
            Temperature = call.Temperature,
            TopP = call.TopP,
            Constraints = call.Constraints,
            Options = options,
        };
    }

    private async Task ListAsync(HttpContext http)
    {
        await conductor.StartAsync(http.RequestAborted);
        await JsonResponse.WriteAsync(http, json => OperationList.Write(json, conductor.Catalog));
    }

    private async Task DescribeAsync(HttpContext http)
    {
        await conductor.StartAsync(http.RequestAborted);
        var entry = OperationList.Find(conductor.Catalog, (string)http.Request.RouteValues["operation"]!);
        await JsonResponse.WriteAsync(http, json => OperationList.Write(json, entry));
    }
}
