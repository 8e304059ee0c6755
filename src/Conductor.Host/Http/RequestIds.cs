using System.Buffers;
using Conductor.Calls;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>The request's id: the caller's own where it is well-formed, a new one otherwise.</summary>
internal static class RequestIds
{
    public const string HeaderName = "x-request-id";
    private const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Chooses the id and puts it on the response, before anything can fail.</summary>
    public static void Assign(HttpContext context)
    {
        var sent = context.Request.Headers[HeaderName];
        var id = sent is [{ } one] && IsWellFormed(one) ? one : CallContext.NewRequestId();
        context.TraceIdentifier = id;
        context.Response.Headers[HeaderName] = id;
    }

    public static string Of(HttpContext context) => context.TraceIdentifier;

    /// <summary>1 to 128 of letters, digits, `.`, `_` and `-`.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> id) => id.Length is > 0 and <= MaxLength && !id.ContainsAnyExcept(Allowed);
}
