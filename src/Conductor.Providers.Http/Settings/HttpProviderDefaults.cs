namespace Conductor.Providers.Http;

/// <summary>What a provider's settings are where its section does not say, and the words of their mistakes.</summary>
public sealed record HttpProviderDefaults
{
    /// <summary>The base address where the section names none; null: it must.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>
    /// Whether <see cref="BaseUrl"/> answers nobody without a key: a provider that has neither a key nor an address of its own is then not made, and nothing is sent to
    /// somebody whom no operator has chosen.
    /// </summary>
    public bool NeedsKey { get; init; }

    /// <summary>An address for the sentence about a wrong one.</summary>
    public string Example { get; init; } = "http://127.0.0.1:8000/v1";

    /// <summary>What a base address is, for the sentence about a missing one: 'Give …'.</summary>
    public string Meaning { get; init; } = "the address that '/chat/completions' follows";

    /// <summary>Where the key goes.</summary>
    public KeyHeader KeyHeader { get; init; } = KeyHeader.Bearer;

    /// <summary>Reads the address's text where its form is looser than a URL; null for a text that is none. Null: a URL.</summary>
    public Func<string?, Uri?>? ParseBaseUrl { get; init; }
}
