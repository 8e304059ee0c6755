namespace Conductor.PluginLoading;

/// <summary>What a plugin's DLL says of itself, read from its metadata before any of its code runs.</summary>
public sealed record PluginManifest
{
    /// <summary>The plugin's id: lower case letters, digits, `-` and `_`; unique among plugins of its kind.</summary>
    public required string Id { get; init; }

    public required PluginKind Kind { get; init; }

    /// <summary>Full name of the class the host creates.</summary>
    public required string EntryPointType { get; init; }

    /// <summary>Simple name of the assembly.</summary>
    public required string AssemblyName { get; init; }

    /// <summary>The plugin's own version: the informational one without its build metadata, else the assembly's.</summary>
    public required string Version { get; init; }

    /// <summary>The contract version that it was compiled against.</summary>
    public required Version ContractVersion { get; init; }

    public string? DisplayName { get; init; }

    public string? Description { get; init; }
}
