namespace Conductor.Costing;

/// <summary>What tokens may be that has prices of its own, and that most calls have none of.</summary>
[Flags]
public enum PricedParts
{
    None = 0,

    /// <summary>Input that is to stay in the provider's cache for an hour.</summary>
    CacheWritesForAnHour = 1,

    /// <summary>Audio, in or out.</summary>
    Audio = 2,

    /// <summary>Pictures, in or out.</summary>
    Pictures = 4,

    /// <summary>Texts that become vectors, all of them.</summary>
    Vectors = 8,
}
