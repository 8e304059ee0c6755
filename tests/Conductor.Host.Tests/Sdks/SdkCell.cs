namespace Conductor.Host.Tests.Sdks;

/// <summary>What came of one feature of one SDK in front of one upstream.</summary>
/// <param name="Sdk">The SDK, and by which API.</param>
/// <param name="Upstream">The upstream's name.</param>
/// <param name="Feature">One of <see cref="SdkFeatures"/>.</param>
/// <param name="Outcome">How it went.</param>
/// <param name="Losses">What the gateway said was lost, by headers.</param>
/// <param name="Note">What went wrong, or how it was refused.</param>
/// <param name="LeftAt">For `abort`: when the client left, in milliseconds of Unix time.</param>
internal sealed record SdkCell(string Sdk, string Upstream, string Feature, SdkOutcome Outcome, IReadOnlyList<string> Losses, string? Note = null, double? LeftAt = null)
{
    /// <summary>For `abort`: how long after that the upstream saw it.</summary>
    public double? SeenAfterMs { get; init; }
}

internal enum SdkOutcome
{
    /// <summary>All of it works.</summary>
    Pass,

    /// <summary>It works, and the gateway told what was lost.</summary>
    Loss,

    /// <summary>A 4xx that says why, where it is documented that the target cannot do it.</summary>
    Refused,

    /// <summary>The SDK has no such thing.</summary>
    Absent,

    Fail,
}

/// <summary>The features, in the order in which they are tried and shown.</summary>
internal static class SdkFeatures
{
    public static readonly IReadOnlyDictionary<string, string> Titles = new Dictionary<string, string>
    {
        ["models"] = "models",
        ["chat"] = "chat",
        ["stream"] = "stream",
        ["tools"] = "tools",
        ["toolsStreamed"] = "tools, streamed",
        ["choice"] = "tool forced",
        ["structured"] = "schema",
        ["vision"] = "image",
        ["embeddings"] = "vectors",
        ["unicode"] = "unicode",
        ["many"] = "50 at once",
        ["errors"] = "errors",
        ["abort"] = "left",
        ["count"] = "count",
    };

    /// <summary>What targets cannot do, by upstream; refused with a 4xx, as docs/providers.md says of each.</summary>
    public static bool IsRefusedBy(string upstream, string feature) => (upstream, feature) is ("anthropic", "embeddings") or ("ollama", "choice");
}
