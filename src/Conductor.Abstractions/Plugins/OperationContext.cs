using Microsoft.Extensions.Configuration;

namespace Conductor.Plugins;

/// <summary>What the host tells an operation plugin.</summary>
public sealed class OperationContext
{
    /// <summary>The `operations:` section of the configuration that bears the plugin's id; empty where there is none.</summary>
    public required IConfiguration Settings { get; init; }
}
