using Conductor.Errors;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>A body has one framing, or the request is refused and its connection closed: whoever stands in front must not see another request in it than this server does.</summary>
internal static class RequestFraming
{
    /// <exception cref="ConductorException">`transfer-encoding` says something else than `chunked`, once.</exception>
    public static void Check(HttpContext context)
    {
        // The server behind this takes `gzip, chunked` and `chunked, chunked` for `chunked`.
        var encodings = context.Request.Headers.TransferEncoding;
        if (encodings.Count > 0 && !(encodings.Count == 1 && "chunked".Equals(encodings[0]?.Trim(), StringComparison.OrdinalIgnoreCase)))
        {
            context.Response.Headers.Connection = "close";
            throw new InvalidRequestException("The header 'transfer-encoding' must be 'chunked', or not be there.", "transfer-encoding", "invalid_value");
        }
    }
}
