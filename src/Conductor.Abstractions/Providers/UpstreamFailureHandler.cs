namespace Conductor.Providers;

/// <summary>
/// Turns every reply that is no success, and every connection that fails, into a <see cref="ProviderException"/> before a client library sees it, with the time to wait
/// and the upstream's request id, which the exceptions of many libraries leave out.
/// </summary>
/// <remarks>For libraries that take message handlers. Their own retries are to be switched off: the host tries again, and elsewhere.</remarks>
/// <param name="time">The clock, for a `Retry-After` that is a date; null = the system's.</param>
public sealed class UpstreamFailureHandler(TimeProvider? time = null) : DelegatingHandler
{
    private static readonly string[] RequestIdHeaders = ["x-request-id", "request-id"];

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            throw UpstreamFailures.FromException(failure)!;
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var id = RequestIdHeaders.Select(name => response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null).FirstOrDefault(value => value is { Length: > 0 and <= 128 });
            throw UpstreamFailures.FromStatus((int)response.StatusCode, UpstreamFailures.ReadRetryAfter(response.Headers.RetryAfter, (time ?? TimeProvider.System).GetUtcNow()), id);
        }
    }
}
