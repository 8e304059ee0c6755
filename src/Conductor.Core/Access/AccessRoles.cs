namespace Conductor.Access;

/// <summary>Roles as configuration, requests and answers write them.</summary>
public static class AccessRoles
{
    private static readonly string[] Known = ["admin", "operator", "tenant-admin", "tenant", "metrics"];

    /// <summary>The names, in the order of <see cref="AccessRole"/>.</summary>
    public static IReadOnlyList<string> Names => Known;

    /// <summary>A role's name.</summary>
    public static string NameOf(AccessRole role) => Known[(int)role];

    /// <summary>The role of this name; null where there is none.</summary>
    public static AccessRole? Parse(string? name) => Array.IndexOf(Known, name) is >= 0 and var index ? (AccessRole)index : null;
}
