using Conductor.Providers;

namespace Conductor.Errors;

/// <summary>The four kinds of failure of a target, for those who count them. The one table; docs/http.md shows it.</summary>
public static class ErrorCategories
{
    /// <summary>No connection, a broken one, or no answer in time.</summary>
    public const string Network = "network";

    /// <summary>The answer cannot be read, or does not have the shape that was asked for.</summary>
    public const string Parsing = "parsing";

    /// <summary>The model is not there, or cannot do this: too long a prompt, refused content, a feature that it lacks.</summary>
    public const string Model = "model";

    /// <summary>Everything else: keys, rate, quota, overload, the provider's own failure, its plugin's.</summary>
    public const string Provider = "provider";

    /// <summary>The category of a failure.</summary>
    public static string Of(ProviderErrorKind kind) => kind switch
    {
        ProviderErrorKind.Network or ProviderErrorKind.Timeout => Network,
        ProviderErrorKind.InvalidResponse => Parsing,
        ProviderErrorKind.ModelNotFound or ProviderErrorKind.ContextLengthExceeded or ProviderErrorKind.ContentFilter or ProviderErrorKind.Unsupported => Model,
        _ => Provider,
    };
}
