using Conductor.Security;

namespace Conductor.Settings;

/// <summary>`server.tls`: the certificate of `https://` addresses. Either <see cref="Certificate"/> with <see cref="Key"/>, or <see cref="Pfx"/>.</summary>
public sealed record TlsSettings
{
    /// <summary>PEM file with the certificate, its chain behind it; absolute.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file with the private key, not encrypted; absolute.</summary>
    public string? Key { get; init; }

    /// <summary>PKCS#12 file with both; absolute.</summary>
    public string? Pfx { get; init; }

    /// <summary>The password of <see cref="Pfx"/>; null = none.</summary>
    public Secret? Password { get; init; }
}
