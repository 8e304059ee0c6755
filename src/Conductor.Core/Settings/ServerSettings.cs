namespace Conductor.Settings;

/// <summary>`server:`</summary>
public sealed record ServerSettings
{
    /// <summary>Where to listen, one URL or several with `;` between.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:5080";

    /// <summary>Allow listening beyond loopback with no key configured.</summary>
    public bool InsecureListen { get; init; }

    /// <summary>Host names a request may bear besides loopback names; empty = any name once a key is configured.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>How long a stop waits for calls in flight.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
