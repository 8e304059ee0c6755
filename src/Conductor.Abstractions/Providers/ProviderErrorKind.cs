namespace Conductor.Providers;

/// <summary>What went wrong at a provider, in the words that decide what happens next.</summary>
public enum ProviderErrorKind
{
    /// <summary>The request is wrong, whoever serves it (400, 422): told to the caller, no fallback.</summary>
    InvalidRequest,

    /// <summary>The prompt does not fit the model (400): told to the caller; another model may have room.</summary>
    ContextLengthExceeded,

    /// <summary>The provider's content filter refused (400): told to the caller.</summary>
    ContentFilter,

    /// <summary>Our key is bad or may not (401, 403): the operator's fault, never the caller's; the next target is tried.</summary>
    Credentials,

    /// <summary>The provider has no such model (404); the next target is tried.</summary>
    ModelNotFound,

    /// <summary>Too many requests (429), with a time to wait where the provider named one.</summary>
    RateLimited,

    /// <summary>The account with the provider is used up (402, 429 insufficient_quota): waiting does not help.</summary>
    QuotaExhausted,

    /// <summary>The provider is overloaded (503, 529).</summary>
    Overloaded,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>No connection, or one that broke: refused, reset, closed inside the answer, unknown host, bad certificate.</summary>
    Network,

    /// <summary>The answer cannot be read: not JSON, too large, no choices, a stream without its end.</summary>
    InvalidResponse,

    /// <summary>The provider failed (5xx).</summary>
    ServerError,

    /// <summary>The provider cannot do what was asked, for example tools or images.</summary>
    Unsupported,

    /// <summary>The plugin's own code failed.</summary>
    PluginFault,
}
