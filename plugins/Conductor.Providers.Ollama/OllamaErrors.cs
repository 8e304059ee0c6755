using Conductor.Wire;
using System.Security.Authentication;
using Conductor.Wire.Ollama;

namespace Conductor.Providers.Ollama;

/// <summary>The one map from what Ollama says, or fails to say, to what Conductor does next. No message holds Ollama's own text.</summary>
internal static class OllamaErrors
{
    private const string NobodyThere = "No Ollama answers at its address; 'ollama serve' starts one.";
    private const string NoSuchHost = "The host name of Ollama's address is not known.";

    /// <summary>Whether nobody was there at all; false for a connection that broke later.</summary>
    public static bool IsNobodyThere(ProviderException failure) => failure is { Kind: ProviderErrorKind.Network, Message: NobodyThere or NoSuchHost };

    /// <summary>A reply that is no success.</summary>
    /// <param name="status">Its status; below 200 or above 299.</param>
    /// <param name="error">The text of its error; null where its body has none.</param>
    /// <param name="ask">What was asked.</param>
    public static ProviderException FromReply(int status, string? error, OllamaAsk ask)
    {
        var category = OllamaErrorClassifier.Classify(error);
        if (status < 400)
        {
            return New(ProviderErrorKind.ServerError, status, "Ollama answered with a redirect, which is never followed; check 'base_url'.");
        }

        if (OfCategory(category, status, ask) is { } known)
        {
            return known;
        }

        return status switch
        {
            400 or 422 => New(ProviderErrorKind.InvalidRequest, status, "Ollama refused the request."),
            401 or 403 => New(ProviderErrorKind.Credentials, status, "Ollama refused the key, or wants one."),
            402 => New(ProviderErrorKind.QuotaExhausted, status, "Ollama says that the account is used up."),
            404 or 405 => New(ProviderErrorKind.Unsupported, status, $"What answers at Ollama's address has no '/{ask.Path}'."),
            408 or 504 => New(ProviderErrorKind.Timeout, status, "Ollama took too long."),
            413 => New(ProviderErrorKind.ContextLengthExceeded, status, "Ollama says that the request is too large."),
            429 => New(ProviderErrorKind.RateLimited, status, "Ollama limits the rate of requests."),
            < 500 => New(ProviderErrorKind.InvalidRequest, status, "Ollama refused the request."),
            503 => New(ProviderErrorKind.Overloaded, status, "Ollama is overloaded."),
            _ => New(ProviderErrorKind.ServerError, status, "Ollama failed."),
        };
    }

    /// <summary>An answer that is none, or an error inside one that began as a success.</summary>
    public static ProviderException FromAnswer(WireResponseException failure, OllamaAsk ask) => failure.Error is { } error
        ? OfCategory(OllamaErrorClassifier.Classify(error.Message), 200, ask) ?? New(ProviderErrorKind.ServerError, 200, "Ollama failed in the middle of its answer.")
        : Invalid(failure.Message);

    /// <summary>An answer that cannot be used, for the reason given.</summary>
    public static ProviderException Invalid(string message) => new(ProviderErrorKind.InvalidResponse, message);

    /// <summary>An answer without an end.</summary>
    public static ProviderException TooLarge(long maxBytes) => Invalid($"Ollama's answer is larger than {maxBytes} bytes.");

    /// <summary>A request that this dialect cannot say.</summary>
    public static ProviderException FromRequest(WireRequestException failure) =>
        new(failure.IsUnsupported ? ProviderErrorKind.Unsupported : ProviderErrorKind.InvalidRequest, failure.Message) { Param = failure.Param };

    /// <summary>No connection, or one that broke. The cause's own text names the address and is not repeated.</summary>
    public static ProviderException FromNetwork(Exception failure)
    {
        var error = (failure as HttpRequestException)?.HttpRequestError ?? (failure as HttpIOException)?.HttpRequestError;
        if (error == HttpRequestError.SecureConnectionError || failure is AuthenticationException || failure.InnerException is AuthenticationException)
        {
            return new ProviderException(ProviderErrorKind.Network, "No secure connection to Ollama: its tls certificate is not valid for it.");
        }

        return error switch
        {
            HttpRequestError.NameResolutionError => new ProviderException(ProviderErrorKind.Network, NoSuchHost),
            HttpRequestError.ConnectionError => new ProviderException(ProviderErrorKind.Network, NobodyThere),
            HttpRequestError.InvalidResponse => Invalid("What answers at Ollama's address does not speak HTTP."),
            HttpRequestError.ConfigurationLimitExceeded => Invalid("Ollama's reply has more headers than allowed."),
            HttpRequestError.ResponseEnded => new ProviderException(ProviderErrorKind.Network, "The connection to Ollama broke inside its reply."),
            _ => new ProviderException(ProviderErrorKind.Network, "The connection to Ollama broke."),
        };
    }

    private static ProviderException? OfCategory(WireErrorCategory category, int status, OllamaAsk ask) => category switch
    {
        WireErrorCategory.ContextLength => New(ProviderErrorKind.ContextLengthExceeded, status, "Ollama says that the prompt does not fit the context."),
        WireErrorCategory.ModelNotFound when ask.IsPull => New(ProviderErrorKind.ModelNotFound, status, $"Ollama's registry has no model '{ask.Model}'."),
        WireErrorCategory.ModelNotFound => NotFound(ask, status),
        WireErrorCategory.Unsupported => New(ProviderErrorKind.Unsupported, status, $"Model '{ask.Model}' cannot do what was asked, for example tools, images, thinking or vectors."),
        WireErrorCategory.Overloaded => New(ProviderErrorKind.Overloaded, status, "Ollama's queue is full."),
        WireErrorCategory.OutOfMemory => New(ProviderErrorKind.ServerError, status, $"Ollama's machine has too little memory for model '{ask.Model}' and its context; 'num_ctx: {{ max: … }}' bounds that."),
        WireErrorCategory.Credentials => New(ProviderErrorKind.Credentials, status, "Ollama refused the key, or wants one."),
        WireErrorCategory.RateLimited => New(ProviderErrorKind.RateLimited, status, "Ollama limits the rate of requests."),
        _ => null,
    };

    private static ProviderException NotFound(OllamaAsk ask, int status)
    {
        var advice = $"'conductor models pull {ask.Provider}/{ask.Model}' fetches it.";
        return new ProviderException(ProviderErrorKind.ModelNotFound, $"Ollama does not have model '{ask.Model}'. {advice}") { StatusCode = status, Advice = advice };
    }

    private static ProviderException New(ProviderErrorKind kind, int status, string message) => new(kind, message) { StatusCode = status };
}

/// <summary>What was asked, for messages about it.</summary>
/// <param name="Provider">The provider's configured name.</param>
/// <param name="Path">For example `api/chat`.</param>
/// <param name="Model">The model's name as the caller gave it; empty where none was named.</param>
internal sealed record OllamaAsk(string Provider, string Path, string Model = "")
{
    public bool IsPull => Path == "api/pull";
}
