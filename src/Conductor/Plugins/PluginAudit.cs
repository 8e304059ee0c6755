using System.Text.Json.Nodes;
using Conductor.Audit;
using Conductor.PluginLoading;

namespace Conductor.Plugins;

/// <summary>Tells the audit log which code came into the process, left it, or was not let in. One look at a time.</summary>
internal sealed class PluginAudit(IAuditLog log)
{
    private Dictionary<string, PluginStatus> _serving = new(StringComparer.Ordinal);
    private HashSet<(string File, string? Hash, string? Reason)> _refused = [];

    /// <summary>Tells what is different from the look before; at the first one, everything.</summary>
    public void Look(IReadOnlyList<PluginStatus> statuses)
    {
        var serving = new Dictionary<string, PluginStatus>(StringComparer.Ordinal);
        foreach (var status in statuses.Where(status => status.State is PluginState.Active or PluginState.Loaded))
        {
            serving[$"{status.Kind}/{status.Id}"] = status;
        }

        foreach (var (name, now) in serving)
        {
            var before = _serving.GetValueOrDefault(name);
            if (before?.Hash != now.Hash)
            {
                Tell(before is null ? AuditActions.PluginLoaded : AuditActions.PluginSwapped, before, now);
            }
        }

        foreach (var (_, gone) in _serving.Where(pair => !serving.ContainsKey(pair.Key)))
        {
            Tell(AuditActions.PluginRemoved, gone, null);
        }

        var refused = statuses.Where(status => status.State is PluginState.Rejected or PluginState.Faulted).ToList();
        foreach (var status in refused.Where(status => !_refused.Contains((status.File, status.Hash, status.Reason))))
        {
            Tell(AuditActions.PluginRefused, null, status);
        }

        _serving = serving;
        _refused = [.. refused.Select(status => (status.File, status.Hash, status.Reason))];
    }

    private void Tell(string action, PluginStatus? before, PluginStatus? after) => log.Record(new AuditEntry
    {
        Role = AuditRoles.System,
        Action = action,
        Object = $"plugins/{(after ?? before)!.Id}",
        Before = Describe(before),
        After = Describe(after),
    });

    private static string? Describe(PluginStatus? status) => status is null ? null : new JsonObject
    {
        ["file"] = status.File,
        ["version"] = status.Version,
        ["sha256"] = status.Hash,
        ["reason"] = status.Reason,
    }.ToJsonString();
}
