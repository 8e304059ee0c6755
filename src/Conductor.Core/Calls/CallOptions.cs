namespace Conductor.Calls;

/// <summary>How a caller wants one call handled.</summary>
public sealed record CallOptions
{
    public static CallOptions Default { get; } = new();

    /// <summary>Whether the cache is read and written; null = what the settings say for this kind of call.</summary>
    public CacheUse? Cache { get; init; }

    /// <summary>Further attempts after the first; null = the settings'. Never more than they allow.</summary>
    public int? MaxRetries { get; init; }

    /// <summary>The whole call; null = the settings'.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether the caller wants a refusal instead of an answer that leaves something of the request out or changes it. No target is asked that would.</summary>
    public bool RefuseLosses { get; init; }

    /// <summary>Whether the caller wants to be told the cost inside a stream, where its dialect has a place for it.</summary>
    public bool TellsCost { get; init; }

    /// <summary>These, with whatever <paramref name="over"/> says laid over them.</summary>
    public CallOptions Under(CallOptions over)
    {
        ArgumentNullException.ThrowIfNull(over);
        return new CallOptions
        {
            Cache = over.Cache ?? Cache,
            MaxRetries = over.MaxRetries ?? MaxRetries,
            Timeout = over.Timeout ?? Timeout,
            RefuseLosses = over.RefuseLosses || RefuseLosses,
            TellsCost = over.TellsCost || TellsCost,
        };
    }
}

/// <summary>What a call does with the cache.</summary>
public enum CacheUse
{
    /// <summary>Neither read nor write.</summary>
    Off,

    /// <summary>Answer from it where possible, store what was not there.</summary>
    ReadWrite,

    /// <summary>Answer from it where possible, store nothing.</summary>
    Read,

    /// <summary>Ask anew and store the answer.</summary>
    Refresh,
}
