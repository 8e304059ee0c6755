using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>Reads limits, wherever they stand.</summary>
internal static class LimitsMapper
{
    /// <param name="limits">The object that holds `rpm`, `tpm` and so on.</param>
    public static RateLimitSettings Read(SettingsReader limits)
    {
        var settings = new RateLimitSettings
        {
            Rpm = limits.Integer("rpm"),
            Tpm = limits.Long("tpm"),
            TokensPerDay = limits.Long("tokens_per_day"),
            UsdPerDay = limits.Decimal("usd_per_day"),
            Concurrency = limits.Integer("concurrency"),
        };
        if (settings.UsdPerDay is < 0.000_000_001m or > 1_000_000_000m)
        {
            limits.Document.Problem(limits.PathOf("usd_per_day"), "must be from a billionth of a dollar to a billion dollars");
            return settings with { UsdPerDay = null };
        }

        return settings == RateLimitSettings.None ? RateLimitSettings.None : settings;
    }

    /// <summary>The budgets of something, the one that its limit of dollars per day is among them.</summary>
    /// <param name="limits">The object that holds the limits, for the place of a mistake.</param>
    /// <param name="read">What it says.</param>
    /// <param name="budgets">The budgets that are written as such.</param>
    public static IReadOnlyList<BudgetSettings> Budgets(SettingsReader limits, RateLimitSettings read, IReadOnlyList<BudgetSettings> budgets)
    {
        if (read.UsdPerDay is not { } usd)
        {
            return budgets;
        }

        if (budgets.Any(budget => budget is { Per: BudgetPeriod.Day, Mode: BudgetMode.Hard }))
        {
            limits.Document.Problem(limits.PathOf("usd_per_day"), "is a hard budget per day, and there is another one as 'budget' here; keep one");
            return budgets;
        }

        return [.. budgets, new BudgetSettings { Limit = NanoUsd.FromUsd(usd), Per = BudgetPeriod.Day }];
    }
}
