using System.Net.Http.Headers;
using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Conductor.Wire;

namespace Conductor.Providers.OpenAI;

/// <summary>What OpenAI's errors mean where that is something else than usual.</summary>
internal sealed class OpenAIProviderErrors() : OpenAIErrors("OpenAI")
{
    protected override ErrorMeaning? Translate(in UpstreamFailure failure) => (failure.Status, failure.Category) switch
    {
        // The key is good, and its project may not use this model.
        (403, WireErrorCategory.ModelNotFound) => new ErrorMeaning(ProviderErrorKind.ModelNotFound, "has no such model for this project"),
        (403, _) when failure.Error?.Code == "unsupported_country_region_territory" => new ErrorMeaning(ProviderErrorKind.Credentials, "does not serve this country"),
        (400 or 404, _) when failure.Error?.Code is "unsupported_value" or "unsupported_parameter" or "unsupported_model" =>
            new ErrorMeaning(ProviderErrorKind.Unsupported, "says that the model cannot do what was asked"),
        _ => null,
    };

    protected override TimeSpan? ReadRetryAfter(HttpResponseHeaders headers, ReadOnlySpan<byte> body, DateTimeOffset now) =>
        base.ReadRetryAfter(headers, body, now) ?? RateLimitHeaders.Read(headers);
}
