namespace Conductor.Telemetry;

/// <summary>What a look into the answer cache came to.</summary>
public enum CacheResult
{
    /// <summary>The answer was there.</summary>
    Hit,

    /// <summary>It was not, and a model was asked.</summary>
    Miss,

    /// <summary>It was not, and another call was already asking: its answer was taken.</summary>
    Shared,

    /// <summary>The call is not one that the cache answers.</summary>
    Bypass,
}
