namespace Conductor.TestKit;

/// <summary>
/// Whether a plugin does what Conductor asks of one. It is loaded as the host loads it (a shadow copy in a collectible context, its objects made by the host's own
/// factory), used in every way that it offers, made to fail, unloaded, and must then be gone from memory.
/// </summary>
/// <remarks>
/// From a test: run it once, in a fixture, and call <see cref="ConformanceReport.Require"/> with each of <see cref="ProviderChecks"/> or <see cref="OperationChecks"/> as a
/// row of a theory. From a console: print <see cref="ConformanceReport.Results"/> and end with 1 unless <see cref="ConformanceReport.IsConformant"/>.
/// A plugin runs in this process and can end it; that is not held back here either.
/// </remarks>
public static class PluginConformance
{
    /// <summary>The names of the checks of a provider plugin, in the order in which they run.</summary>
    public static IReadOnlyList<string> ProviderChecks { get; } = [Names.Load, .. ProviderSuite.Checks.Select(check => check.Name), Names.Unload];

    /// <summary>The names of the checks of an operation plugin, in the order in which they run.</summary>
    public static IReadOnlyList<string> OperationChecks { get; } = [Names.Load, .. Conductor.TestKit.OperationChecks.All.Select(check => check.Name), Names.Unload];

    /// <summary>Checks a plugin. What is wrong with it is in the report; nothing that it throws comes out of here.</summary>
    /// <param name="plugin">Which, and with what.</param>
    /// <param name="cancellationToken">Ends the run between two checks, or inside one.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<ConformanceReport> RunAsync(PluginUnderTest plugin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        ArgumentException.ThrowIfNullOrWhiteSpace(plugin.Path);
        return ConformanceRun.RunAsync(plugin, cancellationToken);
    }

    internal static class Names
    {
        public const string Load = "load";
        public const string Unload = "unload";
    }
}
