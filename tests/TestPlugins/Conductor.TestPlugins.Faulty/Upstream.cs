using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Conductor.Providers;
using Microsoft.Extensions.AI;

namespace Conductor.TestPlugins.Faulty;

/// <summary>Sends to the upstream, and says what failed.</summary>
internal sealed class Upstream(HttpClient http, string baseUrl, string key, string fault)
{
    private readonly System.Collections.Concurrent.ConcurrentBag<object> _kept = [];

    public string Fault => fault;

    public async Task<HttpResponseMessage> SendAsync(string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{baseUrl}/{path}") { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, fault == "ignores-the-token" ? CancellationToken.None : cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            throw UpstreamFailures.FromException(failure)!;
        }

        if (response.IsSuccessStatusCode)
        {
            if (fault == "keeps-the-connection")
            {
                _kept.Add(response); // else the collector closes it, sooner or later
            }

            return response;
        }

        using (response)
        {
            var status = (int)response.StatusCode;
            throw fault switch
            {
                "repeats-the-upstream" => new ProviderException(ProviderErrorKind.InvalidRequest, await response.Content.ReadAsStringAsync(cancellationToken)),
                "tells-the-key" => new ProviderException(ProviderErrorKind.Credentials, $"The key {key} is bad."),
                "tells-the-address" => new ProviderException(ProviderErrorKind.ModelNotFound, $"Nothing at {baseUrl}."),
                "throws-its-own" => new HttpRequestException("no"),
                "takes-all-for-500" => UpstreamFailures.FromStatus(500),
                "reads-no-header" => UpstreamFailures.FromStatus(status),
                _ => UpstreamFailures.FromStatus(status, UpstreamFailures.ReadRetryAfter(response.Headers.RetryAfter, DateTimeOffset.MinValue)),
            };
        }
    }

    public byte[] Body(string model, IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["model"] = model,
        ["stream"] = isStreaming,
        ["tools"] = new JsonArray([.. (options?.Tools ?? []).Select(tool => JsonValue.Create(tool.Name))]),
        ["messages"] = new JsonArray([.. messages.Select(message => new JsonObject { ["role"] = message.Role.Value, ["content"] = Text(message) })]),
    }.ToJsonString());

    public async IAsyncEnumerable<string> ReadLinesAsync(Stream body)
    {
        var (buffer, line) = (new byte[fault == "cuts-characters" ? 1 : 4096], new StringBuilder());
        var decoder = Encoding.UTF8.GetDecoder();
        var characters = new char[4097];
        while (await body.ReadAsync(buffer) is > 0 and var read)
        {
            var text = fault == "cuts-characters" ? Encoding.UTF8.GetString(buffer) : new string(characters, 0, decoder.GetChars(buffer, 0, read, characters, 0));
            foreach (var character in text)
            {
                if (character != '\n')
                {
                    line.Append(character);
                    continue;
                }

                yield return line.ToString();
                line.Clear();
            }
        }
    }

    private static string Text(ChatMessage message) =>
        string.Concat(message.Contents.Select(content => content switch
        {
            TextContent text => text.Text,
            FunctionCallContent call => $"calls {call.Name}",
            FunctionResultContent result => $"result {result.Result}",
            _ => "",
        }));
}

/// <summary>Bytes in, bytes out.</summary>
internal sealed class Transport(Upstream upstream) : IRawTransport
{
    public bool Supports(string dialect, RawEndpoint endpoint) => dialect == "openai" && endpoint == RawEndpoint.Chat;

    public bool AddsLimit(string dialect, RawEndpoint endpoint) => upstream.Fault == "forgets-the-limit" && Supports(dialect, endpoint);

    public async Task<RawReply> SendAsync(RawRequest request, CancellationToken cancellationToken)
    {
        var body = upstream.Fault == "writes-anew" ? Encoding.UTF8.GetBytes(JsonNode.Parse(request.Body.Span)!.ToJsonString()) : request.Body;
        var response = await upstream.SendAsync("chat/completions", body, cancellationToken);
        var answer = await response.Content.ReadAsStreamAsync(cancellationToken);
        var type = response.Content.Headers.ContentType?.MediaType;
        return upstream.Fault == "keeps-the-connection"
            ? new RawReply(PipeReader.Create(answer, new(leaveOpen: true)).AsStream()) { ContentType = type }
            : new RawReply(answer, response) { ContentType = type };
    }
}

internal sealed class Generator(Upstream upstream) : IEmbeddingGenerator<string, Embedding<float>>
{
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        var request = new JsonObject { ["model"] = "m", ["input"] = new JsonArray([.. values.Select(value => JsonValue.Create(value))]) };
        if (options?.Dimensions is { } dimensions && upstream.Fault != "forgets-dimensions")
        {
            request["dimensions"] = dimensions;
        }

        using var response = await upstream.SendAsync("embeddings", Encoding.UTF8.GetBytes(request.ToJsonString()), cancellationToken);
        using var json = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), default, cancellationToken);
        var vectors = json.RootElement.GetProperty("data").EnumerateArray()
            .Select(row => new Embedding<float>(row.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()).ToArray())).ToList();
        if (upstream.Fault == "turns-vectors-around")
        {
            vectors.Reverse();
        }

        return new(upstream.Fault == "loses-a-vector" ? vectors.Skip(1) : vectors);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
