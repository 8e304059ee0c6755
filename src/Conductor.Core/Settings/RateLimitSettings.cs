namespace Conductor.Settings;

/// <summary>`limits:` of a tenant, a key, a provider's key and of all calls: how much in which time. What is null has no limit.</summary>
public sealed record RateLimitSettings
{
    /// <summary>No limit at all.</summary>
    public static RateLimitSettings None { get; } = new();

    /// <summary>Requests in any sixty seconds.</summary>
    public int? Rpm { get; init; }

    /// <summary>Tokens, of input and output, in any sixty seconds.</summary>
    public long? Tpm { get; init; }

    /// <summary>Tokens on a day of UTC.</summary>
    public long? TokensPerDay { get; init; }

    /// <summary>US dollars on a day of UTC: a hard budget, kept with the other budgets.</summary>
    public decimal? UsdPerDay { get; init; }

    /// <summary>Calls at work at once.</summary>
    public int? Concurrency { get; init; }

    /// <summary>True when nothing is counted by time: neither requests nor tokens.</summary>
    public bool HasNoRates => Rpm is null && Tpm is null && TokensPerDay is null;
}
