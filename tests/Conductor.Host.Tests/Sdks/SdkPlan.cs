namespace Conductor.Host.Tests.Sdks;

/// <summary>What an SDK is told: where the gateway is, its key, and which models to try.</summary>
internal sealed record SdkPlan(string Address, string Key, IReadOnlyList<SdkTarget> Upstreams);

/// <param name="Name">The upstream.</param>
/// <param name="Model">A model for chat.</param>
/// <param name="Embedding">A model for vectors; where the upstream has none, the one for chat, whose refusal is looked at.</param>
/// <param name="Bad">The same model by a provider of its own, for requests that fail: what a gateway learns from failures must not reach the other requests.</param>
/// <param name="Limited">The same for requests that are refused for their rate: a key that the upstream limits is left alone for a while.</param>
/// <param name="Features">What to try.</param>
/// <param name="StatesUsage">Whether its streams say what they used.</param>
/// <param name="IsReal">Whether a real model answers, whose words nobody knows beforehand.</param>
internal sealed record SdkTarget(string Name, string Model, string Embedding, string Bad, string Limited, IReadOnlyList<string> Features, bool StatesUsage = true, bool IsReal = false);

/// <summary>An SDK that can be tried.</summary>
internal interface ISdk
{
    string Name { get; }

    /// <summary>Tries every feature with every upstream.</summary>
    IAsyncEnumerable<SdkCell> RunAsync(SdkPlan plan);
}
