using Conductor.Audit;
using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>What is different between two states of the configuration, in words. Secrets are never among the words, only that one is another.</summary>
public static class SettingsDiff
{
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["providers"] = "provider", ["keys"] = "key", ["tenants"] = "tenant", ["catalog"] = "model", ["aliases"] = "alias", ["operations"] = "operation",
    };

    /// <summary>A sentence for each change, in the order of the configuration's parts; empty where both mean the same.</summary>
    public static IReadOnlyList<string> Between(ConductorSettings before, ConductorSettings after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var (old, now) = (Things(before), Things(after));
        List<string> changes = [];
        foreach (var thing in old.Keys.Union(now.Keys).OrderBy(thing => Array.IndexOf([.. Kinds.Keys], thing.Part)).ThenBy(thing => thing.Part, StringComparer.Ordinal).ThenBy(thing => thing.Name, StringComparer.Ordinal))
        {
            var (was, comes) = (old.GetValueOrDefault(thing) ?? [], now.GetValueOrDefault(thing) ?? []);
            if (thing.Name.Length > 0 && (was.Count == 0 || comes.Count == 0))
            {
                changes.Add($"{Kinds[thing.Part]} '{thing.Name}' is {(was.Count == 0 ? "added" : "removed")}");
            }
            else
            {
                AddValues(changes, thing, was, comes);
            }
        }

        return changes;
    }

    private static void AddValues(List<string> changes, Thing thing, Dictionary<string, SettingsLeaf> was, Dictionary<string, SettingsLeaf> comes)
    {
        var about = thing.Name.Length > 0 ? $"{Kinds[thing.Part]} '{thing.Name}': " : $"{thing.Part}.";
        var count = changes.Count;
        var isOther = false;
        foreach (var path in was.Keys.Union(comes.Keys).Order(StringComparer.Ordinal))
        {
            var (from, to) = (was.GetValueOrDefault(path), comes.GetValueOrDefault(path));
            if (from?.Compared == to?.Compared)
            {
                continue;
            }

            if (path == "fingerprint")
            {
                isOther = true;
            }
            else if (Change(from, to) is { } change)
            {
                changes.Add($"{about}{path} {change}");
            }
        }

        if (isOther && changes.Count == count)
        {
            changes.Add($"{about.TrimEnd(' ', ':')} has other settings");
        }
    }

    private static string? Change(SettingsLeaf? from, SettingsLeaf? to) => (from?.Shown, to?.Shown) switch
    {
        ("", null) => "is gone",
        (null, "") => "is new",
        (AuditMask.Masked, AuditMask.Masked) => "is another",
        (AuditMask.Masked, null) => "is no longer set",
        (null, AuditMask.Masked) => "is set",
        (var old, null) => $"is no longer set (it was {old})",
        (null, var now) => $"is {now}",
        var (old, now) => $"is {now}, it was {old}",
    };

    private static Dictionary<Thing, Dictionary<string, SettingsLeaf>> Things(ConductorSettings settings)
    {
        var things = new Dictionary<Thing, Dictionary<string, SettingsLeaf>>();
        foreach (var leaf in SettingsLeaves.Of(settings))
        {
            var named = Kinds.ContainsKey(leaf.Path[0]) && leaf.Path.Length > 1;
            var thing = new Thing(leaf.Path[0], named ? leaf.Path[1] : "");
            if (!things.TryGetValue(thing, out var values))
            {
                things[thing] = values = new(StringComparer.Ordinal);
            }

            values[string.Join('.', leaf.Path.Skip(named ? 2 : 1))] = leaf;
        }

        return things;
    }

    private readonly record struct Thing(string Part, string Name);
}
