using System.Text.Json.Nodes;
using Conductor.Audit;
using Conductor.Configuration;
using Conductor.Host.Composition;
using Conductor.Settings;

namespace Conductor.Host.Audit;

/// <summary>Notes every change of the settings in force, whoever changed the files, and every one that was refused.</summary>
internal sealed class SettingsAudit(HostSettings settings, IAuditLog log) : IHostedService, IDisposable
{
    private const int MostChanges = 50;

    private readonly Lock _gate = new();
    private ConductorSettings _known = settings.Current;
    private string _digest = settings.Digest;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        settings.Changed += OnChanged;
        settings.Refused += OnRefused;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        settings.Changed -= OnChanged;
        settings.Refused -= OnRefused;
    }

    private void OnChanged(ConductorSettings now)
    {
        lock (_gate)
        {
            var (before, digest) = (_digest, settings.Digest);
            var changes = SettingsDiff.Between(_known, now);
            (_known, _digest) = (now, digest);
            if (changes.Count > 0 || before != digest)
            {
                Record(AuditActions.ConfigReloaded, new JsonObject { ["digest"] = before }, new JsonObject { ["digest"] = digest, ["changes"] = Lines(changes) });
            }
        }
    }

    private void OnRefused(SettingsLoad load) =>
        Record(AuditActions.ConfigRefused, null, new JsonObject { ["problems"] = Lines([.. load.Problems.Select(problem => $"{Path.GetFileName(problem.File)}: {problem.Path}: {problem.Message}")]) });

    private void Record(string action, JsonObject? before, JsonObject after) =>
        log.Record(new AuditEntry { Role = AuditRoles.System, Action = action, Object = "config", Before = before?.ToJsonString(), After = after.ToJsonString() });

    private static JsonArray Lines(IReadOnlyList<string> lines)
    {
        var array = new JsonArray([.. lines.Take(MostChanges).Select(line => JsonValue.Create(line))]);
        if (lines.Count > MostChanges)
        {
            array.Add($"and {lines.Count - MostChanges} more");
        }

        return array;
    }
}
