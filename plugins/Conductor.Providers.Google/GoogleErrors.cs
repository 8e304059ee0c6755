using System.Net.Http.Headers;
using Conductor.Providers.Http;
using Conductor.Wire;
using Conductor.Wire.Gemini;

namespace Conductor.Providers.Google;

/// <summary>Google's errors: what they are about is in their details more than in their status, and how long to wait is in the body.</summary>
internal sealed class GoogleErrors() : UpstreamErrors("Google")
{
    public override WireError? Read(ReadOnlySpan<byte> body) => GeminiErrorReader.TryRead(body)?.ToWireError();

    public override WireErrorCategory Classify(WireError error) => GeminiErrorClassifier.Classify(error);

    protected override ErrorMeaning? Translate(in UpstreamFailure failure) => failure switch
    {
        { Status: 499 } => new ErrorMeaning(ProviderErrorKind.Timeout, "gave the request up"),
        { Status: 501 } => new ErrorMeaning(ProviderErrorKind.Unsupported, "says that the model cannot do what was asked"),
        // A key that is bad, expired or for another service is a 400 here.
        { Status: 400, Category: WireErrorCategory.Credentials } => new ErrorMeaning(ProviderErrorKind.Credentials, "refused the key, or this place"),
        { Status: 200, Error.Type: "MISSING_THOUGHT_SIGNATURE" } => new ErrorMeaning(ProviderErrorKind.InvalidRequest, "misses a signature of its own thoughts beside a tool call of an earlier turn"),
        _ => null,
    };

    protected override TimeSpan? ReadRetryAfter(HttpResponseHeaders headers, ReadOnlySpan<byte> body, DateTimeOffset now) =>
        GeminiErrorReader.TryRead(body)?.RetryDelay ?? base.ReadRetryAfter(headers, body, now);
}
