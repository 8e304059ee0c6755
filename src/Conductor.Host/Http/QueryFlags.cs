using Conductor.Errors;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>Switches in the query: `?name=true`.</summary>
internal static class QueryFlags
{
    /// <summary>False where it is absent.</summary>
    /// <exception cref="InvalidRequestException">It is neither true nor false, or there more than once.</exception>
    public static bool Read(HttpRequest request, string name) => request.Query[name] switch
    {
        [] => false,
        [var one] when bool.TryParse(one, out var value) => value,
        _ => throw new InvalidRequestException($"'?{name}=' must be true or false.", name, "invalid_value"),
    };
}
