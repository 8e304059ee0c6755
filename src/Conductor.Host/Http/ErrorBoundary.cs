using Conductor.Calls;
using Conductor.Errors;
using Conductor.Host.Dialects;
using Conductor.Providers;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>Outermost: gives every request its id and every failure the shape of the dialect that its address belongs to.</summary>
internal sealed partial class ErrorBoundary(RequestDelegate next, InboundDialects dialects, TimeProvider time, ILogger<ErrorBoundary> logger)
{
    public Task InvokeAsync(HttpContext context)
    {
        RequestIds.Assign(context);
        SecurityHeaders.Assign(context);
        if (context.Request.IsHttps && !HostNames.IsLoopback(context.Request.Host.Host))
        {
            context.Response.Headers.StrictTransportSecurity = "max-age=31536000"; // a year in which a browser does not try http
        }

        return GuardAsync(context);
    }

    /// <summary>The same for a request that has its id.</summary>
    public async Task GuardAsync(HttpContext context)
    {
        try
        {
            RequestFraming.Check(context);
            await next(context);
            if (!context.Response.HasStarted && context.Response.StatusCode >= 400 && context.Response.ContentType is null)
            {
                await ErrorResponse.WriteAsync(context, FromStatus(context), dialects.Of(context.Request), time.GetUtcNow());
            }
        }
        catch (OperationCanceledException left) when (left is ClientGoneException || context.RequestAborted.IsCancellationRequested)
        {
            LeftByClient(logger, RequestIds.Of(context), context.Request.Path);
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = HttpErrors.ClientClosedRequest;
            }
        }
#pragma warning disable CA1031 // boundary: whatever escapes an endpoint becomes an error response
        catch (Exception failure)
#pragma warning restore CA1031
        {
            await AnswerAsync(context, failure);
        }
    }

    /// <summary>What a failure looks like from outside. Anything unforeseen is logged here and told as `internal_error`.</summary>
    public static ConductorException Translate(Exception failure, HttpContext context, ILogger logger)
    {
        switch (failure)
        {
            case ConductorException known:
                return known;
            case ProviderException provider:
                return ConductorErrors.FromProvider(provider, context.Features.Get<ModelCall>()?.Hop?.Provider.Name ?? "unknown");
            case OperationCanceledException when context.Features.Get<CallLifetime>() is { IsCutOff: true }:
                return ConductorErrors.Draining();
            case BadHttpRequestException bad:
                return HttpErrors.From(bad, context.Request.ContentLength ?? 0);
            default:
                Unexpected(logger, failure, RequestIds.Of(context), context.Request.Method, context.Request.Path);
                return ConductorErrors.Internal(RequestIds.Of(context));
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception failure)
    {
        var error = Translate(failure, context, logger);
        if (context.Response.HasStarted)
        {
            // The status is out; a cut connection is the only sign of failure left.
            context.Abort();
            return;
        }

        var call = context.Features.Get<ModelCall>();
        if (call is not null)
        {
            OutcomeHeaders.WriteFailure(context.Response, call);
        }

        try
        {
            await ErrorResponse.WriteAsync(context, error, dialects.Of(context.Request), time.GetUtcNow(), hasRetried: call?.Attempts.Count > 1);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            LeftByClient(logger, RequestIds.Of(context), context.Request.Path);
        }
    }

    private static ConductorException FromStatus(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        return context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => HttpErrors.NotFound(path, nearest: null),
            StatusCodes.Status405MethodNotAllowed => HttpErrors.MethodNotAllowed(context.Request.Method, path, context.Response.Headers.Allow.ToString()),
            var status => new ConductorException(status, "invalid_request_error", "invalid_request", $"The request to '{path}' is refused."),
        };
    }

    [LoggerMessage(HostEventIds.LeftByClient, LogLevel.Debug, "The client left (request {RequestId}, {Path})")]
    private static partial void LeftByClient(ILogger logger, string requestId, string path);

    [LoggerMessage(HostEventIds.Unexpected, LogLevel.Error, "Unexpected failure (request {RequestId}, {Method} {Path})")]
    private static partial void Unexpected(ILogger logger, Exception failure, string requestId, string method, string path);
}
