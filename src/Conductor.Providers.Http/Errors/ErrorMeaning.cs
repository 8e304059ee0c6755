namespace Conductor.Providers.Http;

/// <summary>What an upstream's error means.</summary>
/// <param name="Kind">What Conductor does next.</param>
/// <param name="What">What the upstream does or says, as it follows its name: `refused the key`. Never the upstream's own text.</param>
public sealed record ErrorMeaning(ProviderErrorKind Kind, string What)
{
    /// <summary>One sentence on what would help; null where nothing is known to.</summary>
    public string? Advice { get; init; }
}
