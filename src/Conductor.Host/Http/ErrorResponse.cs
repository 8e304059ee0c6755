using System.Buffers;
using System.Globalization;
using Conductor.Errors;
using Conductor.Host.Dialects;
using Conductor.Host.Redaction;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>Writes an error as a whole response, in the dialect of the request's address.</summary>
internal static class ErrorResponse
{
    /// <param name="context">The request.</param>
    /// <param name="error">What the caller is told.</param>
    /// <param name="dialect">How it is told.</param>
    /// <param name="timestamp">When.</param>
    /// <param name="hasRetried">Whether more than one attempt was made: the client's own retries would multiply them, so it is told not to, unless it was told when to come back.</param>
    public static async Task WriteAsync(HttpContext context, ConductorException error, InboundDialect dialect, DateTimeOffset timestamp, bool hasRetried = false)
    {
        var response = context.Response;
        response.StatusCode = dialect.StatusOf(error);
        if (error.RetryAfter is { } wait)
        {
            var milliseconds = Math.Max(1, (long)Math.Ceiling(wait.TotalMilliseconds));
            response.Headers.RetryAfter = ((milliseconds + 999) / 1000).ToString(CultureInfo.InvariantCulture);
            response.Headers["retry-after-ms"] = milliseconds.ToString(CultureInfo.InvariantCulture);
        }

        if ((error.ShouldRetry ?? (hasRetried && error.RetryAfter is null ? false : null)) is { } shouldRetry)
        {
            response.Headers["x-should-retry"] = shouldRetry ? "true" : "false";
        }

        if (error.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        var body = new ArrayBufferWriter<byte>(512);
        dialect.WriteError(body, error, new ErrorFacts(RequestIds.Of(context), timestamp));
        await JsonResponse.WriteAsync(context, SecretRedactor.Of(context).Clean(body.WrittenMemory), dialect);
    }
}
