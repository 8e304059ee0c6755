using System.Net;

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

    /// <summary>Proxies in front whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed; empty = nobody's.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Take admin calls from beyond this machine without TLS.</summary>
    public bool InsecureAdmin { get; init; }

    /// <summary>The certificate of `https://` addresses; null = none.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>Where the pepper of keys is: `env:NAME`, or `file:` and an absolute path; null = the file in the data folder.</summary>
    public string? KeyPepper { get; init; }

    /// <summary>Where the key is that providers' keys are encrypted with: `env:NAME`, or `file:` and an absolute path; null = the file in the data folder.</summary>
    public string? SecretKey { get; init; }

    /// <summary>How long a client may take for the headers of a request.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client may send its body, or take its answer, at less than 240 bytes a second.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stop waits for calls in flight.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
