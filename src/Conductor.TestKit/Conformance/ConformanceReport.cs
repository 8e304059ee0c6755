using Conductor.PluginLoading;

namespace Conductor.TestKit;

/// <summary>What the suite found. Values only: it can outlive the plugin.</summary>
/// <param name="Results">One for each check of the plugin's kind, in the order in which they ran; only `load` where the plugin could not be read.</param>
public sealed record ConformanceReport(IReadOnlyList<ConformanceResult> Results)
{
    /// <summary>Id, kind, version and contract as the DLL declares them; null where the DLL is no plugin.</summary>
    public PluginManifest? Manifest { get; init; }

    /// <summary>SHA-256 over all files of the plugin, as pins name it; null where they could not be read.</summary>
    public string? Hash { get; init; }

    /// <summary>What the plugin offers, such as `chat`, `embeddings`, `raw:openai`, `engine:sentiment_analysis`, `operation:summarization`, `function:shorten`.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>True when nothing failed and nothing was left unchecked by a failure.</summary>
    public bool IsConformant => Results.All(result => result.Outcome is ConformanceOutcome.Passed or ConformanceOutcome.NotOffered);

    /// <summary>The result of one check; of a check that an earlier failure prevented, <see cref="ConformanceOutcome.NotRun"/> with that failure.</summary>
    /// <exception cref="ArgumentException">There is no check of that name.</exception>
    public ConformanceResult this[string name]
    {
        get
        {
            if (Results.FirstOrDefault(result => result.Name == name) is { } found)
            {
                return found;
            }

            return PluginConformance.ProviderChecks.Contains(name) || PluginConformance.OperationChecks.Contains(name)
                ? new ConformanceResult(name, ConformanceOutcome.NotRun, Results.FirstOrDefault(result => result.Outcome == ConformanceOutcome.Failed)?.Message ?? "It belongs to the other kind of plugin.")
                : throw new ArgumentException($"There is no check '{name}'.", nameof(name));
        }
    }

    /// <summary>For a test: nothing when the check passed or is not offered.</summary>
    /// <exception cref="ConformanceException">It failed, or could not be run; the message is the result's.</exception>
    /// <exception cref="ArgumentException">There is no check of that name.</exception>
    public void Require(string name)
    {
        var result = this[name];
        if (result.Outcome is ConformanceOutcome.Failed or ConformanceOutcome.NotRun)
        {
            throw new ConformanceException(result.ToString());
        }
    }

    /// <summary>For a test of everything at once.</summary>
    /// <exception cref="ConformanceException">Something failed; the message lists all of it, a line each.</exception>
    public void RequireAll()
    {
        if (!IsConformant)
        {
            throw new ConformanceException(string.Join('\n', Results.Where(result => result.Outcome is ConformanceOutcome.Failed or ConformanceOutcome.NotRun)));
        }
    }
}
