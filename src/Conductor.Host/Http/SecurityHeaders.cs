using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>What every answer tells a browser and whatever keeps copies on the way: keep nothing, guess nothing, tell nobody where one came from. There is no CORS: no page of another site may read an answer.</summary>
/// <remarks>`strict-transport-security` belongs to TLS.</remarks>
internal static class SecurityHeaders
{
    // The page's styles are partly in it, and it shows small pictures that its own style sheet holds.
    private const string OfThePage =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Docs = "/docs";

    /// <summary>Puts them on, before anything can fail.</summary>
    public static void Assign(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["referrer-policy"] = "no-referrer";
        if (context.Request.Path.StartsWithSegments(Docs, StringComparison.OrdinalIgnoreCase))
        {
            headers.ContentSecurityPolicy = OfThePage;
        }
    }
}
