using System.Net.Http.Headers;
using Conductor.Wire.Ollama;

namespace Conductor.Providers.Ollama;

/// <summary>Sends one request to Ollama and tells success from failure.</summary>
internal sealed class OllamaHttp(OllamaSettings settings, IHttpClientFactory clients)
{
    /// <summary>A whole answer above this is no answer: 16 MiB.</summary>
    public const long MaxReplyBytes = 16 * 1024 * 1024;

    /// <summary>One line above this is no line: 1 MiB.</summary>
    public const int MaxLineBytes = 1024 * 1024;

    // An error is a sentence.
    private const int MaxErrorBytes = 16 * 1024;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    // Made with the first request and kept for as long as the provider lives: the lent handler renews its connections by itself.
    private readonly Lazy<HttpClient> _client = new(() => clients.CreateClient(settings.Name));

    public Task<OllamaReply> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(new OllamaAsk(settings.Name, path), null, isStreaming: false, cancellationToken);

    public Task<OllamaReply> PostAsync(string path, string model, ReadOnlyMemory<byte> body, bool isStreaming, CancellationToken cancellationToken) =>
        SendAsync(new OllamaAsk(settings.Name, path, model), body, isStreaming, cancellationToken);

    private async Task<OllamaReply> SendAsync(OllamaAsk ask, ReadOnlyMemory<byte>? body, bool isStreaming, CancellationToken cancellationToken)
    {
        using var request = NewRequest(ask, body);
        var address = request.RequestUri;
        HttpResponseMessage response;
        try
        {
            response = await _client.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw OllamaErrors.FromNetwork(failure);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProviderException(ProviderErrorKind.Timeout, "No connection to Ollama in time.");
        }

        try
        {
            return await OpenAsync(response, address, ask, isStreaming, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static async Task<OllamaReply> OpenAsync(HttpResponseMessage response, Uri? address, OllamaAsk ask, bool isStreaming, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (response.RequestMessage?.RequestUri is { } arrived && arrived != address)
        {
            throw OllamaErrors.FromReply(302, null, ask); // a client that follows redirects by itself arrives elsewhere: such an answer is nobody's
        }

        ReplyBody body;
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            body = new ReplyBody(stream, response, isStreaming && status == 200 ? long.MaxValue : MaxReplyBytes);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            throw OllamaErrors.FromNetwork(failure);
        }

        var reply = new OllamaReply(body, response.Content.Headers.ContentType?.MediaType?.ToLowerInvariant(), ask);
        if (status is >= 200 and <= 299 && reply.ContentType != "text/html")
        {
            return reply;
        }

        await using (reply.ConfigureAwait(false))
        {
            throw status is >= 200 and <= 299
                ? OllamaErrors.Invalid("A web page answers at Ollama's address; check 'base_url'.")
                : OllamaErrors.FromReply(status, await ReadErrorAsync(body, cancellationToken).ConfigureAwait(false), ask);
        }
    }

    /// <summary>The error's text; a body that breaks, or is endless, changes nothing about its status.</summary>
    private static async Task<string?> ReadErrorAsync(ReplyBody body, CancellationToken cancellationToken)
    {
        var bytes = new byte[MaxErrorBytes];
        var length = 0;
        try
        {
            while (length < bytes.Length && await body.ReadAsync(bytes.AsMemory(length), cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                length += read;
            }
        }
        catch (ProviderException)
        {
            // Cut short: the status has said enough.
        }

        return OllamaErrorReader.TryRead(bytes.AsSpan(0, length));
    }

    private HttpRequestMessage NewRequest(OllamaAsk ask, ReadOnlyMemory<byte>? body)
    {
        var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(settings.BaseUrl, ask.Path));
        request.Headers.TryAddWithoutValidation("Accept", "application/json, application/x-ndjson");
        request.Headers.TryAddWithoutValidation("User-Agent", "Conductor");
        if (settings.Key is { } key)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key.Reveal());
        }

        if (body is { } bytes)
        {
            request.Content = new ReadOnlyMemoryContent(bytes);
            request.Content.Headers.ContentType = Json;
        }

        return request;
    }
}
