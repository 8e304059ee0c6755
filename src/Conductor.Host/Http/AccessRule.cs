using Conductor.Access;
using Conductor.Host.Endpoints;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>
/// Who may call an endpoint, and as what: part of its metadata. An endpoint without one is for admins alone, unless it is open to everybody
/// (<see cref="Microsoft.AspNetCore.Authorization.IAllowAnonymous"/>).
/// </summary>
internal sealed class AccessRule
{
    private static readonly AccessRole[] Callers = [AccessRole.Admin, AccessRole.TenantAdmin, AccessRole.Tenant];
    private static readonly AccessRole[] Readers = [AccessRole.Admin, AccessRole.Operator, AccessRole.TenantAdmin, AccessRole.Tenant];

    private readonly string _route;
    private readonly Func<HttpContext, string>? _routeOf;

    private AccessRule(string route, AccessRole[] roles, Func<HttpContext, string>? routeOf = null) => (_route, Roles, _routeOf) = (route, roles, routeOf);

    public static AccessRule Chat { get; } = new(AccessRoutes.Chat, Callers);

    public static AccessRule Responses { get; } = new(AccessRoutes.Responses, Callers);

    public static AccessRule Embeddings { get; } = new(AccessRoutes.Embeddings, Callers);

    public static AccessRule CountTokens { get; } = new(AccessRoutes.CountTokens, Callers);

    public static AccessRule Operations { get; } = new(AccessRoutes.Operations, Callers);

    public static AccessRule OperationList { get; } = new(AccessRoutes.Operations, Readers);

    public static AccessRule Models { get; } = new(AccessRoutes.Models, Readers);

    public static AccessRule Estimate { get; } = new(AccessRoutes.Estimate, Callers);

    public static AccessRule Usage { get; } = new(AccessRoutes.Usage, Readers);

    public static AccessRule Status { get; } = new(AccessRoutes.Status, Readers);

    public static AccessRule Metrics { get; } = new(AccessRoutes.Metrics, [AccessRole.Admin, AccessRole.Operator, AccessRole.Metrics]);

    /// <summary>Changes the machine.</summary>
    public static AccessRule Admin { get; } = new(AccessRoutes.Admin, [AccessRole.Admin]) { IsAdmin = true };

    /// <summary>Looks at what admins change.</summary>
    public static AccessRule AdminRead { get; } = new(AccessRoutes.Admin, [AccessRole.Admin, AccessRole.Operator]) { IsAdmin = true };

    /// <summary>Changes or shows what belongs to a tenant: a tenant's own admin sees and changes its own, to everybody else of a tenant it is nothing.</summary>
    public static AccessRule TenantAdmin { get; } = new(AccessRoutes.Admin, [AccessRole.Admin, AccessRole.TenantAdmin]) { IsAdmin = true };

    /// <summary>Shows what belongs to a tenant.</summary>
    public static AccessRule TenantAdminRead { get; } = new(AccessRoutes.Admin, [AccessRole.Admin, AccessRole.Operator, AccessRole.TenantAdmin]) { IsAdmin = true };

    /// <summary>Makes keys: the first one is made with the token of the first start.</summary>
    public static AccessRule MakeKeys { get; } = new(AccessRoutes.Admin, [AccessRole.Admin, AccessRole.TenantAdmin]) { IsAdmin = true, TakesBootstrapToken = true };

    /// <summary>Azure's older addresses: the path's end says what is asked.</summary>
    public static AccessRule Deployments { get; } = new(AccessRoutes.Chat, Callers, http =>
        DeploymentAddress.Read(DialectPaths.NameOf(http, "deployment")).Task == "embeddings" ? AccessRoutes.Embeddings : AccessRoutes.Chat);

    /// <summary>Gemini's addresses: the method behind the last colon says it.</summary>
    public static AccessRule GeminiMethods { get; } = new(AccessRoutes.Chat, Callers, http => DialectPaths.NameOf(http, "model") switch
    {
        var name when name.EndsWith(":countTokens", StringComparison.Ordinal) => AccessRoutes.CountTokens,
        var name when name.EndsWith(":embedContent", StringComparison.Ordinal) || name.EndsWith(":batchEmbedContents", StringComparison.Ordinal) => AccessRoutes.Embeddings,
        _ => AccessRoutes.Chat,
    });

    /// <summary>The roles that may call it.</summary>
    public IReadOnlyList<AccessRole> Roles { get; }

    /// <summary>True: from beyond this machine it takes TLS.</summary>
    public bool IsAdmin { get; private init; }

    /// <summary>True: while there is no key, the token of the first start is one here.</summary>
    public bool TakesBootstrapToken { get; private init; }

    /// <summary>What is asked, by the names of <see cref="AccessRoutes"/>.</summary>
    public string RouteOf(HttpContext http) => _routeOf is null ? _route : _routeOf(http);

    /// <summary>Which operation is asked for; null = none in particular.</summary>
    public static string? OperationOf(HttpContext http) => http.Request.RouteValues.TryGetValue("operation", out var name) ? name as string : null;
}

internal static class AccessRuleExtensions
{
    /// <summary>Says who may call an endpoint.</summary>
    public static TBuilder Access<TBuilder>(this TBuilder endpoint, AccessRule rule)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(builder => builder.Metadata.Add(rule));
        return endpoint;
    }
}
