using System.Net.Http.Headers;
using System.Security.Authentication;
using Conductor.Wire;

namespace Conductor.Providers.Http;

/// <summary>
/// The one map from what an upstream says, or fails to say, to what Conductor does next. No message holds the upstream's own text, its address or a key.
/// A provider derives from it for its own words; what it does not override is as in the table of docs/providers.md.
/// </summary>
/// <param name="name">The upstream inside a sentence: `the upstream`, `Ollama`.</param>
public class UpstreamErrors(string name)
{
    /// <summary>The upstream inside a sentence.</summary>
    public string Name => name;

    /// <summary>The upstream at a sentence's beginning.</summary>
    public string Subject { get; } = char.ToUpperInvariant(name[0]) + name[1..];

    /// <summary>Reads an error's body; null where it holds none in a known shape. Throws on no bytes.</summary>
    public virtual WireError? Read(ReadOnlySpan<byte> body) => null;

    /// <summary>What an error is about.</summary>
    public virtual WireErrorCategory Classify(WireError error) => WireErrorCategory.Unknown;

    /// <summary>What an error means at this provider where that is something else than usual; null: the usual.</summary>
    protected virtual ErrorMeaning? Translate(in UpstreamFailure failure) => null;

    /// <summary>How long the upstream asks to wait. By default `retry-after-ms` before `retry-after`.</summary>
    /// <param name="headers">The reply's headers.</param>
    /// <param name="body">The beginning of its body.</param>
    /// <param name="now">The time.</param>
    protected virtual TimeSpan? ReadRetryAfter(HttpResponseHeaders headers, ReadOnlySpan<byte> body, DateTimeOffset now) => RetryAfter.Read(headers, now);

    /// <summary>A reply that is no success.</summary>
    /// <param name="status">Its status; below 200 or above 299.</param>
    /// <param name="body">Its body, or the beginning of it.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="requestId">The upstream's own id of the request.</param>
    /// <param name="now">The time, for a `Retry-After` that is a date.</param>
    public ProviderException FromReply(int status, ReadOnlySpan<byte> body, HttpResponseHeaders headers, UpstreamRequest request, string? requestId, DateTimeOffset now)
    {
        var error = Read(body);
        var category = error is null ? WireErrorCategory.Unknown : Classify(error);
        var meaning = Translate(new UpstreamFailure(status, error, category, request)) ?? StandardMeanings.OfStatus(status, category);
        return new ProviderException(meaning.Kind, Sentence(meaning, $"HTTP {status}"))
        {
            StatusCode = status,
            RetryAfter = ReadRetryAfter(headers, body, now),
            Param = SafeName.Of(error?.Param),
            Advice = meaning.Advice,
            UpstreamRequestId = requestId,
        };
    }

    /// <summary>An error object inside a reply with status 200: the first frame of a stream, a later one, or a whole body.</summary>
    public ProviderException FromInside(WireError error, UpstreamRequest request, string? requestId)
    {
        ArgumentNullException.ThrowIfNull(error);
        var category = Classify(error);
        var meaning = Translate(new UpstreamFailure(200, error, category, request)) ?? StandardMeanings.OfCategory(category);
        return new ProviderException(meaning.Kind, Sentence(meaning, "an error inside a reply with HTTP 200"))
        {
            StatusCode = 200,
            Param = SafeName.Of(error.Param),
            Advice = meaning.Advice,
            UpstreamRequestId = requestId,
        };
    }

    /// <summary>An answer that cannot be used, for the reason given.</summary>
    public static ProviderException Invalid(string message, string? requestId) => new(ProviderErrorKind.InvalidResponse, message) { UpstreamRequestId = requestId };

    /// <summary>An answer without an end.</summary>
    public ProviderException TooLarge(long maxBytes, string? requestId) => Invalid($"The answer of {name} is larger than {maxBytes} bytes.", requestId);

    /// <summary>A request that this dialect cannot say.</summary>
    public static ProviderException FromRequest(WireRequestException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new ProviderException(failure.IsUnsupported ? ProviderErrorKind.Unsupported : ProviderErrorKind.InvalidRequest, failure.Message) { Param = failure.Param };
    }

    /// <summary>No connection, or one that broke. The cause's own text names the address and is not repeated.</summary>
    /// <param name="failure">What HttpClient threw.</param>
    /// <param name="requestId">The upstream's own id of the request, where it had answered.</param>
    public ProviderException FromNetwork(Exception failure, string? requestId)
    {
        ArgumentNullException.ThrowIfNull(failure);
        var error = (failure as HttpRequestException)?.HttpRequestError ?? (failure as HttpIOException)?.HttpRequestError;
        error = Has<AuthenticationException>(failure) ? HttpRequestError.SecureConnectionError : error;
        var kind = error is HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded ? ProviderErrorKind.InvalidResponse : ProviderErrorKind.Network;
        var isUnsent = error is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;
        return new ProviderException(kind, NetworkSentence(error)) { UpstreamRequestId = requestId, IsUnsent = isUnsent };
    }

    /// <summary>One sentence for operators.</summary>
    protected virtual string NetworkSentence(HttpRequestError? error) => error switch
    {
        HttpRequestError.SecureConnectionError => $"No secure connection to {name}: its tls certificate is not valid for it.",
        HttpRequestError.NameResolutionError => $"The host name of {name} is not known.",
        HttpRequestError.ConnectionError => $"No connection to {name}.",
        HttpRequestError.ProxyTunnelError => $"The proxy made no connection to {name}.",
        HttpRequestError.InvalidResponse => $"The reply of {name} is not HTTP.",
        HttpRequestError.ConfigurationLimitExceeded => $"The reply of {name} has more headers than allowed.",
        HttpRequestError.ResponseEnded => $"The connection to {name} broke inside its reply.",
        _ => $"The connection to {name} broke.",
    };

    private string Sentence(ErrorMeaning meaning, string where) => $"{Subject} {meaning.What} ({where}).{(meaning.Advice is null ? "" : " " + meaning.Advice)}";

    private static bool Has<T>(Exception failure)
        where T : Exception
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is T)
            {
                return true;
            }
        }

        return false;
    }
}
