using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>What the addresses of several dialects have in common.</summary>
internal static class DialectPaths
{
    /// <summary>The model's id behind `/models/`. Paths keep %2F as it is, because it is not a slash there; in an id it is.</summary>
    public static string IdOf(HttpContext http) => ((string?)http.Request.RouteValues["id"] ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
