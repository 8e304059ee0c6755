using System.Collections.Concurrent;
using System.Net.Http.Headers;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>Sends one request to the upstream and tells success from failure.</summary>
internal sealed class UpstreamClient(OpenAICompatibleSettings settings, IHttpClientFactory clients, TimeProvider time)
{
    /// <summary>A whole answer above this is no answer: 16 MiB.</summary>
    public const long MaxReplyBytes = 16 * 1024 * 1024;

    /// <summary>One event above this is no event: 1 MiB.</summary>
    public const int MaxEventBytes = 1024 * 1024;

    // An error's code and type stand at its beginning; the rest is of no use.
    private const int MaxErrorBytes = 64 * 1024;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    // Kept for as long as the provider lives: the lent handler renews its connections by itself.
    private readonly HttpClient _client = clients.CreateClient(settings.Name);
    private readonly ConcurrentDictionary<string, Uri> _addresses = new(StringComparer.Ordinal); // a handful of paths, all of them ours

    public Task<UpstreamReply> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, isStreaming: false, cancellationToken);

    public Task<UpstreamReply> PostAsync(string path, ReadOnlyMemory<byte> body, bool isStreaming, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, body, isStreaming, cancellationToken);

    private async Task<UpstreamReply> SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? body, bool isStreaming, CancellationToken cancellationToken)
    {
        using var request = NewRequest(method, path, body, isStreaming);
        var address = request.RequestUri;
        HttpResponseMessage response;
        try
        {
            response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw OpenAICompatibleErrors.FromNetwork(failure);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProviderException(ProviderErrorKind.Timeout, "No connection to the upstream in time.");
        }

        try
        {
            return await OpenAsync(response, address, isStreaming, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<UpstreamReply> OpenAsync(HttpResponseMessage response, Uri? address, bool isStreaming, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        // A client that follows redirects by itself arrives elsewhere: such an answer is nobody's.
        var isElsewhere = response.RequestMessage?.RequestUri is { } arrived && arrived != address;
        if (isElsewhere)
        {
            throw OpenAICompatibleErrors.FromReply(302, [], response.Headers, time.GetUtcNow());
        }

        UpstreamBody body;
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            body = new UpstreamBody(stream, response, isStreaming && status == 200 ? long.MaxValue : MaxReplyBytes);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            throw OpenAICompatibleErrors.FromNetwork(failure);
        }

        var reply = new UpstreamReply(body, ContentTypeOf(response.Content.Headers), OpenAICompatibleErrors.RequestId(response.Headers));
        if (status is >= 200 and <= 299 && reply.ContentType != "text/html")
        {
            return reply;
        }

        await using (reply.ConfigureAwait(false))
        {
            if (status is >= 200 and <= 299)
            {
                throw OpenAICompatibleErrors.Invalid("The upstream answered with a web page; check 'base_url'.", reply.RequestId);
            }

            var (error, length) = await ReadErrorAsync(body, cancellationToken).ConfigureAwait(false);
            throw OpenAICompatibleErrors.FromReply(status, error.AsSpan(0, length), response.Headers, time.GetUtcNow());
        }
    }

    /// <summary>Without parameters, lower case. What nearly every answer says is not parsed.</summary>
    private static string? ContentTypeOf(HttpContentHeaders headers) =>
        headers.NonValidated.TryGetValues("Content-Type", out var values) && values.ToString() is "application/json" ? "application/json"
        : headers.ContentType?.MediaType?.ToLowerInvariant();

    /// <summary>The beginning of an error's body; a body that breaks changes nothing about its status.</summary>
    private static async Task<(byte[] Bytes, int Length)> ReadErrorAsync(UpstreamBody body, CancellationToken cancellationToken)
    {
        var bytes = new byte[4096];
        var length = 0;
        try
        {
            while (await body.ReadAsync(bytes.AsMemory(length), cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                length += read;
                if (length == bytes.Length)
                {
                    if (length >= MaxErrorBytes)
                    {
                        break;
                    }

                    Array.Resize(ref bytes, bytes.Length * 2);
                }
            }
        }
        catch (ProviderException)
        {
            // Cut short: the status has said enough.
        }

        return (bytes, length);
    }

    private HttpRequestMessage NewRequest(HttpMethod method, string path, ReadOnlyMemory<byte>? body, bool isStreaming)
    {
        var request = new HttpRequestMessage(method, _addresses.GetOrAdd(path, static (relative, root) => new Uri(root, relative), settings.BaseUrl));
        request.Headers.TryAddWithoutValidation("Accept", isStreaming ? "text/event-stream" : "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "Conductor");
        if (settings.Key is { } key)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key.Reveal());
        }

        foreach (var (name, value) in settings.ExtraHeaders)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is { } bytes)
        {
            request.Content = new ReadOnlyMemoryContent(bytes);
            request.Content.Headers.ContentType = Json;
        }

        return request;
    }
}
