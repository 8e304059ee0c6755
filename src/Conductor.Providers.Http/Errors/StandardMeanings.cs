using Conductor.Wire;

namespace Conductor.Providers.Http;

/// <summary>The one table of what statuses and categories mean where a provider does not know better.</summary>
internal static class StandardMeanings
{
    private static readonly ErrorMeaning Exhausted = new(ProviderErrorKind.QuotaExhausted, "says that the account is used up");
    private static readonly ErrorMeaning Limited = new(ProviderErrorKind.RateLimited, "limits the rate of requests");
    private static readonly ErrorMeaning Key = new(ProviderErrorKind.Credentials, "refused the key");
    private static readonly ErrorMeaning Overloaded = new(ProviderErrorKind.Overloaded, "is overloaded");
    private static readonly ErrorMeaning Slow = new(ProviderErrorKind.Timeout, "took too long");
    private static readonly ErrorMeaning Failed = new(ProviderErrorKind.ServerError, "failed");
    private static readonly ErrorMeaning Refused = new(ProviderErrorKind.InvalidRequest, "refused the request");

    /// <summary>Of a reply that is no success.</summary>
    public static ErrorMeaning OfStatus(int status, WireErrorCategory category) => status switch
    {
        < 200 => new(ProviderErrorKind.InvalidResponse, "answered with an interim status only"),
        < 400 => new(ProviderErrorKind.ServerError, "answered with a redirect, which is never followed; check 'base_url'"),
        400 or 422 => OfRefusal(category),
        401 or 403 => category == WireErrorCategory.QuotaExhausted ? Exhausted : Key,
        402 => Exhausted,
        404 => category == WireErrorCategory.ContextLength ? OfRefusal(category) : new(ProviderErrorKind.ModelNotFound, "does not have the model, or not this address"),
        408 => Slow,
        409 => new(ProviderErrorKind.ServerError, "reports a conflict"),
        413 => new(ProviderErrorKind.ContextLengthExceeded, "says that the request is too large"),
        429 => category == WireErrorCategory.QuotaExhausted ? Exhausted : Limited,
        < 500 => Refused,
        // llama.cpp of old says 500 to a prompt that is too long; another try would fail the same way.
        500 when category is WireErrorCategory.ContextLength => OfRefusal(category),
        503 or 529 => Overloaded,
        504 => new(ProviderErrorKind.Timeout, "waited too long for something behind it"),
        _ => Failed,
    };

    /// <summary>Of an error inside a success.</summary>
    public static ErrorMeaning OfCategory(WireErrorCategory category) => category switch
    {
        WireErrorCategory.RateLimited => Limited,
        WireErrorCategory.Overloaded => Overloaded,
        WireErrorCategory.Timeout => Slow,
        WireErrorCategory.Unknown or WireErrorCategory.Server or WireErrorCategory.OutOfMemory => Failed,
        _ => OfRefusal(category),
    };

    private static ErrorMeaning OfRefusal(WireErrorCategory category) => category switch
    {
        WireErrorCategory.ContextLength => new(ProviderErrorKind.ContextLengthExceeded, "says that the prompt does not fit the model"),
        WireErrorCategory.ContentFilter => new(ProviderErrorKind.ContentFilter, "refused the content"),
        WireErrorCategory.ModelNotFound => new(ProviderErrorKind.ModelNotFound, "does not have the model"),
        WireErrorCategory.Unsupported => new(ProviderErrorKind.Unsupported, "says that the model cannot do what was asked"),
        WireErrorCategory.Credentials => Key,
        WireErrorCategory.QuotaExhausted => Exhausted,
        _ => Refused,
    };
}
