using Conductor.PluginLoading;
using Conductor.Providers;

namespace Conductor.Plugins;

/// <summary>Asks new versions how they are before they take over, and at the same moment those that they would replace.</summary>
/// <remarks>An upstream that is down says nothing about new code: only a check that itself goes wrong, or that fails where the old version's succeeds, speaks against it.</remarks>
internal static class PluginTrial
{
    /// <returns>The versions that must not take over, each with the reason as a sentence for the status page.</returns>
    public static async Task<IReadOnlyDictionary<LoadedPlugin, string>> RunAsync(
        ProviderQuestions questions, IReadOnlyList<(LiveProvider Old, LiveProvider New)> successions)
    {
        var verdicts = await Task.WhenAll(successions.Select(pair => JudgeAsync(questions, pair.Old, pair.New))).ConfigureAwait(false);
        Dictionary<LoadedPlugin, string> refused = [];
        foreach (var (plugin, reason) in verdicts)
        {
            if (reason is not null)
            {
                refused.TryAdd(plugin, reason);
            }
        }

        return refused;
    }

    private static async Task<(LoadedPlugin Plugin, string? Reason)> JudgeAsync(ProviderQuestions questions, LiveProvider old, LiveProvider fresh)
    {
        var asked = questions.CheckAsync(fresh.Entry, CancellationToken.None);
        await questions.CheckAsync(old.Entry, CancellationToken.None).ConfigureAwait(false);
        var what = await asked.ConfigureAwait(false) is { } fault ? $"its health check {fault}"
            : fresh.Entry.Statistics.Health is { Status: ProviderHealthStatus.Unhealthy } health && old.Entry.Statistics.Health.Status == ProviderHealthStatus.Healthy
                ? $"its health check says Unhealthy ({(health.Message ?? "no reason given").TrimEnd('.')}) while that of the version at work says Healthy"
                : null;
        return (fresh.Plugin, what is null ? null
            : $"Provider '{fresh.Entry.Name}' of this version was tried before it took over, and {what}. The version before it serves on; this one is tried again when its files change, or at the next start.");
    }
}
