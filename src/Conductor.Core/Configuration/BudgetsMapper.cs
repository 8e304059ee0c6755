using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>Reads a `budget:`, one or a list, wherever it stands.</summary>
internal static class BudgetsMapper
{
    public static BudgetsSettings Global(SettingsReader section) => new()
    {
        Global = Read(section, "global"),
        AlertWebhook = Uri.TryCreate(section.Text("alert_webhook"), UriKind.Absolute, out var address) ? address : null,
    };

    public static IReadOnlyList<BudgetSettings> Read(SettingsReader holder, string name = "budget")
    {
        List<BudgetSettings> budgets = [];
        List<SettingsReader> entries = holder.Object(name).IsObject ? [holder.Object(name)] : [.. holder.Objects(name)];
        foreach (var entry in entries)
        {
            var budget = One(entry);
            if (budgets.Exists(other => other.Per == budget.Per && other.Mode == budget.Mode))
            {
                entry.Document.Problem(entry.Path, $"is the second {Name(budget.Mode)} budget per {Name(budget.Per)} here; keep one");
            }

            budgets.Add(budget);
        }

        return budgets;
    }

    private static BudgetSettings One(SettingsReader entry)
    {
        var standard = new BudgetSettings { Limit = NanoUsd.Zero };
        return new BudgetSettings
        {
            Limit = Limit(entry),
            Per = entry.Text("per") switch
            {
                "request" => BudgetPeriod.Request,
                "day" => BudgetPeriod.Day,
                "week" => BudgetPeriod.Week,
                _ => standard.Per,
            },
            Mode = entry.Text("mode") == "soft" ? BudgetMode.Soft : standard.Mode,
            AlertPercent = entry.Decimal("alert_percent") ?? standard.AlertPercent,
        };
    }

    private static NanoUsd Limit(SettingsReader entry)
    {
        if (entry.Decimal("usd") is not { } usd)
        {
            return NanoUsd.Zero;
        }

        if (usd is < 0.000_000_001m or > 1_000_000_000m)
        {
            entry.Document.Problem(entry.PathOf("usd"), "must be from a billionth of a dollar to a billion dollars");
            return NanoUsd.Zero;
        }

        return NanoUsd.FromUsd(usd);
    }

    private static string Name(Enum value) => value.ToString().ToLowerInvariant();
}
