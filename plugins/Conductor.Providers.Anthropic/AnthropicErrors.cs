using System.Globalization;
using System.Net.Http.Headers;
using Conductor.Providers.Http;
using Conductor.Wire;
using Conductor.Wire.Anthropic;

namespace Conductor.Providers.Anthropic;

/// <summary>The errors of the Messages API: they mean what their statuses usually do; `rate_limit_error` may be about money.</summary>
internal sealed class AnthropicErrors() : UpstreamErrors("Anthropic")
{
    private static readonly string[] Limits = ["requests", "tokens", "input-tokens", "output-tokens"];

    public override WireError? Read(ReadOnlySpan<byte> body) => AnthropicErrorReader.TryRead(body);

    public override WireErrorCategory Classify(WireError error) => AnthropicErrorClassifier.Classify(error);

    /// <summary>`retry-after`, else the latest of the times at which a used up limit is full again.</summary>
    protected override TimeSpan? ReadRetryAfter(HttpResponseHeaders headers, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (base.ReadRetryAfter(headers, body, now) is { } wait)
        {
            return wait;
        }

        TimeSpan? longest = null;
        foreach (var limit in Limits)
        {
            if (First(headers, $"anthropic-ratelimit-{limit}-remaining") == "0"
                && DateTimeOffset.TryParse(First(headers, $"anthropic-ratelimit-{limit}-reset"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var reset))
            {
                var until = RetryAfter.Clamp((reset - now).TotalSeconds);
                longest = longest is null || until > longest ? until : longest;
            }
        }

        return longest;
    }

    private static string? First(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
