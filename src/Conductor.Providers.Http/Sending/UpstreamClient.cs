using System.Collections.Concurrent;
using System.Net.Http.Headers;

namespace Conductor.Providers.Http;

/// <summary>
/// Sends requests to one upstream and tells success from failure. Follows no redirects. Made once per provider, for many threads; the provider's container
/// disposes it.
/// </summary>
public sealed class UpstreamClient : IDisposable
{
    private const int ShortestSecret = 8;

    // Addresses are a handful of ours, and where a dialect writes the model into them as many as callers can think of.
    private const int MostAddresses = 256;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpProviderSettings _settings;
    private readonly TimeProvider _time;
    private readonly IUpstreamCredential _credential;
    private readonly KeyRingCredential? _keys;
    private readonly Lazy<HttpClient> _client;
    private readonly ConcurrentDictionary<string, Uri> _addresses = new(StringComparer.Ordinal);
    private readonly KeyValuePair<string, string>[] _headers;

    /// <summary>Creates a client; nothing is sent, and no connection made, before its first request.</summary>
    /// <param name="settings">The provider's settings.</param>
    /// <param name="profile">How this kind of upstream is spoken to.</param>
    /// <param name="clients">The host's factory; left alone where the settings want a proxy or roots of their own.</param>
    /// <param name="time">For a `Retry-After` that is a date.</param>
    /// <param name="credential">What is shown; null: the settings' key.</param>
    public UpstreamClient(HttpProviderSettings settings, UpstreamProfile profile, IHttpClientFactory clients, TimeProvider time, IUpstreamCredential? credential = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(clients);
        ArgumentNullException.ThrowIfNull(time);
        (_settings, Profile, _time) = (settings, profile, time);
        _credential = credential ?? new KeyCredential(settings.Key, settings.KeyHeader);
        _keys = credential is null && settings.KeyRing is { } ring ? new KeyRingCredential(ring, settings.KeyHeader) : null;

        // Kept for as long as the provider lives: the handler renews its connections by itself.
        _client = new Lazy<HttpClient>(() => settings.NeedsOwnConnections ? OwnConnections.Create(settings) : clients.CreateClient(settings.Name));
        var given = settings.ExtraHeaders.Select(header => header.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _headers = [.. profile.Headers.Where(header => !given.Contains(header.Key)), .. settings.ExtraHeaders];
    }

    /// <summary>How this upstream is spoken to.</summary>
    public UpstreamProfile Profile { get; }

    /// <summary>The map of its errors.</summary>
    public UpstreamErrors Errors => Profile.Errors;

    /// <summary>Asks by GET.</summary>
    public Task<UpstreamReply> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(new UpstreamRequest(path), cancellationToken);

    /// <summary>Sends JSON by POST.</summary>
    public Task<UpstreamReply> PostAsync(string path, ReadOnlyMemory<byte> body, bool isStreaming, CancellationToken cancellationToken) =>
        SendAsync(new UpstreamRequest(path) { Body = body, IsStreaming = isStreaming }, cancellationToken);

    /// <summary>Sends a request and returns once the headers of a successful reply are in.</summary>
    /// <exception cref="ProviderException">The upstream refused, failed, could not be reached, or something else answered.</exception>
    public async Task<UpstreamReply> SendAsync(UpstreamRequest ask, CancellationToken cancellationToken)
    {
        var key = _keys?.Current;
        var credential = key is null ? await _credential.GetAsync(cancellationToken).ConfigureAwait(false) : _keys!.ValueOf(key);
        using var request = NewRequest(ask, credential);
        var address = request.RequestUri;
        HttpResponseMessage response;
        try
        {
            response = await _client.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw Errors.FromNetwork(failure, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProviderException(ProviderErrorKind.Timeout, $"No connection to {Errors.Name} in time.");
        }

        try
        {
            var reply = await OpenAsync(response, address, ask, cancellationToken).ConfigureAwait(false);
            _keys?.Tell(key!, ask, response.Headers, _time);
            return reply;
        }
        catch (Exception failure)
        {
            _keys?.Tell(key!, ask, failure);
            response.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_settings.NeedsOwnConnections && _client.IsValueCreated)
        {
            _client.Value.Dispose();
        }
    }

    private async Task<UpstreamReply> OpenAsync(HttpResponseMessage response, Uri? address, UpstreamRequest ask, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var requestId = RequestIdOf(response.Headers);
        // A client that follows redirects by itself arrives elsewhere: such an answer is nobody's.
        if (response.RequestMessage?.RequestUri is { } arrived && arrived != address)
        {
            throw Errors.FromReply(302, [], response.Headers, ask, requestId, _time.GetUtcNow());
        }

        ReplyStream body;
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            body = new ReplyStream(stream, response, Profile, requestId, ask.IsStreaming && status == 200 ? long.MaxValue : Profile.MaxReplyBytes);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            throw Errors.FromNetwork(failure, requestId);
        }

        var reply = new UpstreamReply(body, ContentTypeOf(response.Content.Headers), requestId, ask, Profile);
        if (status is >= 200 and <= 299 && reply.ContentType != "text/html")
        {
            return reply;
        }

        await using (reply.ConfigureAwait(false))
        {
            if (status is >= 200 and <= 299)
            {
                throw reply.Invalid($"{Errors.Subject} answered with a web page; check 'base_url'.");
            }

            var (error, length) = await ReadErrorAsync(body, cancellationToken).ConfigureAwait(false);
            throw Errors.FromReply(status, error.AsSpan(0, length), response.Headers, ask, requestId, _time.GetUtcNow());
        }
    }

    private string? RequestIdOf(HttpResponseHeaders headers)
    {
        foreach (var name in Profile.RequestIdHeaders)
        {
            if (headers.NonValidated.TryGetValues(name, out var values) && SafeName.Of(values.Count == 1 ? values.ToString() : values.FirstOrDefault(), maxLength: 128) is { } id)
            {
                // An upstream that says our key back would have it told to callers and kept. A word of a few letters is no secret, and stands in many an id.
                return _settings.Key?.Reveal() is { Length: >= ShortestSecret } key && id.Contains(key, StringComparison.Ordinal) ? null : id;
            }
        }

        return null;
    }

    /// <summary>Without parameters, lower case. What nearly every answer says is not parsed.</summary>
    private static string? ContentTypeOf(HttpContentHeaders headers) =>
        headers.NonValidated.TryGetValues("Content-Type", out var values) && values.ToString() is ("application/json" or "text/event-stream") and var usual ? usual
        : headers.ContentType?.MediaType?.ToLowerInvariant();

    /// <summary>The beginning of an error's body; a body that breaks changes nothing about its status.</summary>
    private async Task<(byte[] Bytes, int Length)> ReadErrorAsync(ReplyStream body, CancellationToken cancellationToken)
    {
        var bytes = new byte[Math.Min(4096, Profile.MaxErrorBytes)];
        var length = 0;
        try
        {
            while (await body.ReadAsync(bytes.AsMemory(length), cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                length += read;
                if (length == bytes.Length)
                {
                    if (length >= Profile.MaxErrorBytes)
                    {
                        break;
                    }

                    Array.Resize(ref bytes, Math.Min(bytes.Length * 2, Profile.MaxErrorBytes));
                }
            }
        }
        catch (ProviderException)
        {
            // Cut short: the status has said enough.
        }

        return (bytes, length);
    }

    private HttpRequestMessage NewRequest(UpstreamRequest ask, string? credential)
    {
        var request = new HttpRequestMessage(ask.Body is null ? HttpMethod.Get : HttpMethod.Post, AddressOf(ask.Path));
        var headers = request.Headers;
        headers.TryAddWithoutValidation("Accept", ask.IsStreaming ? Profile.StreamAccept : Profile.Accept);
        headers.TryAddWithoutValidation("User-Agent", "Conductor");
        if (credential is not null)
        {
            headers.TryAddWithoutValidation(_credential.Header, credential);
        }

        foreach (var (name, value) in _headers)
        {
            headers.Remove(name);
            headers.TryAddWithoutValidation(name, value);
        }

        if (ask.Headers is { } own)
        {
            foreach (var (name, value) in own)
            {
                headers.Remove(name);
                headers.TryAddWithoutValidation(name, value);
            }
        }

        if (ask.Body is { } bytes)
        {
            request.Content = new ReadOnlyMemoryContent(bytes);
            request.Content.Headers.ContentType = Json;
        }

        return request;
    }

    private Uri AddressOf(string path)
    {
        if (_addresses.TryGetValue(path, out var known))
        {
            return known;
        }

        var address = new Uri(_settings.BaseUrl, path);
        if (_addresses.Count < MostAddresses)
        {
            _addresses.TryAdd(path, address);
        }

        return address;
    }
}
