using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>What the addresses of several dialects have in common.</summary>
internal static class DialectPaths
{
    /// <summary>The model's id behind `/models/`.</summary>
    public static string IdOf(HttpContext http) => NameOf(http, "id");

    /// <summary>A name that is the rest of the path. Paths keep %2F as it is, because it is not a slash there; in a name it is.</summary>
    public static string NameOf(HttpContext http, string value) => ((string?)http.Request.RouteValues[value] ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
