using System.Net;
using System.Text;

namespace Conductor.Host.Tests.Support;

/// <summary>Sends requests that bear an `Idempotency-Key`.</summary>
internal static class KeyedClient
{
    public static HttpRequestMessage Request(string path, string json, string key, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    /// <summary>Sends it and reads the answer to its end.</summary>
    public static async Task<KeyedAnswer> SendAsync(HttpClient client, string path, string json, string key, params (string Name, string Value)[] headers)
    {
        using var request = Request(path, json, key, headers);
        using var response = await client.SendAsync(request);
        return await ReadAsync(response);
    }

    public static async Task<KeyedAnswer> ReadAsync(HttpResponseMessage response) => new(
        response.StatusCode,
        await response.Content.ReadAsStringAsync(),
        response.Headers.TryGetValues("idempotency-replayed", out var replayed) ? replayed.Single() : null,
        response.Headers.GetValues("x-request-id").Single(),
        response.Content.Headers.ContentType?.ToString());
}

/// <summary>What a client got.</summary>
internal sealed record KeyedAnswer(HttpStatusCode Status, string Body, string? Replayed, string RequestId, string? ContentType);
