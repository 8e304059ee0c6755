using Conductor.Providers;
using Conductor.Security;

namespace Conductor.Plugins;

/// <summary>
/// The keys of one provider. The host chooses one for each attempt, by weight and by what is left of each; the plugin asks for it before each request and says what came of it.
/// </summary>
/// <remarks>Thread-safe. A plugin that never joins is taken to send everything with the first key, as <see cref="ProviderContext.Keys"/> has it.</remarks>
public interface IProviderKeys
{
    /// <summary>The key for a request that is sent now: what the host chose for the call whose code runs, or, outside of calls, one that is not set aside.</summary>
    ProviderKey Current { get; }

    /// <summary>Promises that <see cref="Current"/> is asked before every request; to be called once, when the provider is made.</summary>
    void Join();

    /// <summary>Tells what an answer of the upstream says of the key that it was asked with.</summary>
    void Report(ProviderKey key, ProviderKeyReport report);
}

/// <summary>One of a provider's keys.</summary>
/// <param name="number">Its place in the configuration, from 1.</param>
/// <param name="value">The key itself.</param>
public sealed class ProviderKey(int number, Secret value)
{
    /// <summary>Its place in the configuration, from 1. This is what logs and pages call it.</summary>
    public int Number { get; } = number;

    /// <summary>The key itself.</summary>
    public Secret Value { get; } = value;
}

/// <summary>What an upstream's answer says of a key.</summary>
/// <param name="Model">The provider's name of the model that was asked; null where the request was about none.</param>
/// <param name="Failure">What it failed with; null for a success.</param>
/// <param name="ExhaustedFor">How long it takes no more requests with this key for this model, as its headers say; null where they do not.</param>
public readonly record struct ProviderKeyReport(string? Model, ProviderErrorKind? Failure = null, TimeSpan? ExhaustedFor = null);
