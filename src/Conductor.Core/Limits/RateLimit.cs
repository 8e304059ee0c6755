namespace Conductor.Limits;

/// <summary>One limit of one scope. What is counted goes by <see cref="Id"/>: another <see cref="Most"/> under the same id goes on from the same count.</summary>
public sealed class RateLimit
{
    /// <summary>Creates a limit.</summary>
    /// <param name="scope">Whose.</param>
    /// <param name="unit">What is counted.</param>
    /// <param name="period">In which time.</param>
    /// <param name="most">How many, 1 and above.</param>
    public RateLimit(LimitScope scope, RateLimitUnit unit, RateLimitPeriod period, long most)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        (Scope, Unit, Period, Most) = (scope, unit, period, most);

        // A tenant's name has no slash, and the last part is one of three: no two limits have one id.
        Id = $"{scope.Label}/{scope.Tenant}/{scope.Name}/{(unit == RateLimitUnit.Requests ? "requests" : "tokens")}-{(period == RateLimitPeriod.Day ? "day" : "minute")}";
    }

    /// <summary>What its count is kept under, the same in every process: letters, digits and what names may hold.</summary>
    public string Id { get; }

    /// <summary>Whose.</summary>
    public LimitScope Scope { get; }

    /// <summary>What is counted.</summary>
    public RateLimitUnit Unit { get; }

    /// <summary>In which time.</summary>
    public RateLimitPeriod Period { get; }

    /// <summary>How many.</summary>
    public long Most { get; }

    /// <summary>As a part of a sentence: `600 requests per minute`.</summary>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{Most:N0} {(Unit == RateLimitUnit.Requests ? "requests" : "tokens")} per {(Period == RateLimitPeriod.Day ? "day" : "minute")}");
}

/// <summary>What a limit counts.</summary>
public enum RateLimitUnit
{
    /// <summary>Calls.</summary>
    Requests,

    /// <summary>Tokens, of input and output together.</summary>
    Tokens,
}

/// <summary>The time that a limit is for.</summary>
public enum RateLimitPeriod
{
    /// <summary>Any sixty seconds.</summary>
    Minute,

    /// <summary>A day of UTC.</summary>
    Day,
}
