namespace Conductor.TestKit;

/// <summary>The result of one check. Values only: it can outlive the plugin.</summary>
/// <param name="Name">The check, for example `chat.usage`; one of <see cref="PluginConformance.ProviderChecks"/> or <see cref="PluginConformance.OperationChecks"/>.</param>
/// <param name="Outcome">What it came to.</param>
/// <param name="Message">A sentence: what was wrong and what to do, or why it was not run; null when it passed.</param>
public sealed record ConformanceResult(string Name, ConformanceOutcome Outcome, string? Message)
{
    /// <inheritdoc/>
    public override string ToString() => Message is null ? $"{Name}: {Outcome}" : $"{Name}: {Outcome}: {Message}";
}
