using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Conductor.TestPlugins.Relay;

/// <summary>The events of an OpenAI stream, by the HTTP client that the host lends.</summary>
internal static class Sse
{
    public static async IAsyncEnumerable<string> ReadAsync(
        IHttpClientFactory http, Uri upstream, string model, string text, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["model"] = model,
            ["stream"] = true,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text }),
        };
        using var client = http.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{upstream.AbsoluteUri.TrimEnd('/')}/chat/completions")
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("data: {", StringComparison.Ordinal))
            {
                yield return line[6..];
            }
        }
    }

    /// <summary>The text of an event.</summary>
    public static string TextOf(string data) => JsonNode.Parse(data)!["choices"]![0]!["delta"]!["content"]?.GetValue<string>() ?? "";
}
