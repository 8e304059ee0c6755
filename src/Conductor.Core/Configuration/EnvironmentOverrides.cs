using System.Globalization;
using System.Text.RegularExpressions;
using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>The variables that win over `conductor.yaml`.</summary>
internal sealed partial class EnvironmentOverrides(IReadOnlyDictionary<string, string> environment, ProblemList problems)
{
    public ConductorSettings Apply(ConductorSettings settings)
    {
        if (Number("HTTP_PORT", 0, 65_535) is { } port)
        {
            settings = settings with { Server = settings.Server with { Listen = WithPort(settings.Server.Listen, port) } };
        }

        if (Number("DEFAULT_TIMEOUT_MS", 100, 3_600_000) is { } timeout)
        {
            settings = settings with { Reliability = settings.Reliability with { Deadline = TimeSpan.FromMilliseconds(timeout) } };
        }

        if (Number("MAX_CONCURRENT_REQUESTS", 1, 100_000) is { } concurrent)
        {
            settings = settings with { Limits = settings.Limits with { MaxConcurrentRequests = concurrent } };
        }

        if (Flag("ENABLE_RESPONSE_CACHING") is { } caching)
        {
            settings = settings with { Cache = settings.Cache with { Enabled = caching } };
        }

        if (Number("CACHE_TTL_SECONDS", 0, 2_592_000) is { } seconds)
        {
            // Nothing is kept for no time: the cache is off.
            settings = settings with { Cache = seconds == 0 ? settings.Cache with { Enabled = false } : settings.Cache with { Ttl = TimeSpan.FromSeconds(seconds) } };
        }

        if (Strategy() is { } strategy)
        {
            settings = settings with { Defaults = settings.Defaults with { Strategy = strategy } };
        }

        return DailyLimit() is { } usd ? settings with { GlobalDailyLimitUsd = usd } : settings;
    }

    // The two switches of the original design say together what `auto` weighs.
    private string? Strategy() => (Flag("ENABLE_SMART_ROUTING"), Flag("ENABLE_COST_OPTIMIZATION")) switch
    {
        (false, _) => "ordered",
        (true, true) => "balanced",
        (null, true) => "cost_optimized",
        (_, false) => "performance_optimized",
        (true, null) => "balanced",
        _ => null,
    };

    private decimal? DailyLimit()
    {
        const string Name = "GLOBAL_DAILY_LIMIT_USD";
        if (Value(Name) is not { } text)
        {
            return null;
        }

        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usd) || usd <= 0)
        {
            problems.Add("environment", null, Name, $"must be an amount in US dollars of more than 0, such as 25 or 0.50; it is '{text}'");
            return null;
        }

        return usd;
    }

    private int? Number(string name, int least, int most)
    {
        if (Value(name) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        problems.Add("environment", null, name, $"must be a whole number from {least} to {most}; it is '{text}'");
        return null;
    }

    private bool? Flag(string name)
    {
        switch (Value(name)?.ToLowerInvariant())
        {
            case null:
                return null;
            case "true" or "1" or "yes" or "on":
                return true;
            case "false" or "0" or "no" or "off":
                return false;
            case { } other:
                problems.Add("environment", null, name, $"must be true or false; it is '{other}'");
                return null;
        }
    }

    // A variable set to nothing is as good as not set.
    private string? Value(string name) => environment.GetValueOrDefault(name)?.Trim() is { Length: > 0 } text ? text : null;

    // Only the first address: the others were written for a reason.
    private static string WithPort(string listen, int port)
    {
        var addresses = listen.Split(';');
        addresses[0] = string.Create(CultureInfo.InvariantCulture, $"{PortForm().Replace(addresses[0].TrimEnd('/'), "")}:{port}");
        return string.Join(';', addresses);
    }

    [GeneratedRegex(":[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex PortForm();
}
