using Conductor.Text;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>The addresses that exist, for errors that name the nearest one.</summary>
internal sealed class KnownPaths(IEnumerable<EndpointDataSource> sources)
{
    private readonly Lazy<string[]> _paths = new(() =>
    [
        .. sources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText?.TrimStart('/'))
            .Distinct(StringComparer.Ordinal),
    ]);

    public string? Nearest(PathString path) => path.Value is { Length: <= 200 } value ? NearestName.Find(value.TrimEnd('/'), _paths.Value) : null;
}
