using System.Runtime.CompilerServices;
using System.Text.Json;
using Conductor.Providers;
using Microsoft.Extensions.AI;

namespace Conductor.TestPlugins.Faulty;

internal sealed class Client(Upstream upstream, string model) : IChatClient
{
    private string _last = "";

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var asked = messages.ToList();
        _last = asked[^1].Text;
        using var response = await upstream.SendAsync("chat/completions", upstream.Body(model, asked, options, isStreaming: false), cancellationToken);
        if (upstream.Fault == "mixes-calls")
        {
            return new(new ChatMessage(ChatRole.Assistant, _last)) { FinishReason = ChatFinishReason.Stop }; // whoever spoke last
        }

        JsonElement choice;
        try
        {
            using var json = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), default, cancellationToken);
            choice = json.RootElement.GetProperty("choices")[0].Clone();
        }
        catch (Exception failure) when (failure is JsonException or IOException or HttpRequestException)
        {
            throw UpstreamFailures.FromException(failure)!;
        }

        var answer = new ChatMessage(ChatRole.Assistant, [.. Contents(choice.GetProperty("message"), whole: true)]);
        return new(answer)
        {
            FinishReason = upstream.Fault == "has-no-finish" ? null : ChatFinishReason.Stop,
            Usage = upstream.Fault == "counts-below-zero" ? new UsageDetails { InputTokenCount = -1 } : new UsageDetails { InputTokenCount = 3, OutputTokenCount = 2 },
        };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var response = await upstream.SendAsync("chat/completions", upstream.Body(model, messages, options, isStreaming: true), cancellationToken);
        using var lease = upstream.Fault == "keeps-the-connection" ? null : response;
        var body = await response.Content.ReadAsStreamAsync(CancellationToken.None);
        await using var stop = cancellationToken.Register(response.Dispose);
        var lines = upstream.ReadLinesAsync(body).GetAsyncEnumerator(CancellationToken.None);
        var isFinished = false;
        var arguments = "";
        while (await NextAsync(lines, cancellationToken))
        {
            if (!lines.Current.StartsWith("data: {", StringComparison.Ordinal))
            {
                continue;
            }

            var choices = Parse(lines.Current[6..]).GetProperty("choices");
            if (choices.GetArrayLength() == 0)
            {
                continue;
            }

            foreach (var content in Contents(choices[0].GetProperty("delta"), whole: false))
            {
                var text = (content as TextContent)?.Text ?? "";
                yield return new ChatResponseUpdate(ChatRole.Assistant, upstream.Fault == "trims-pieces" ? text.Trim() : text);
            }

            arguments += Arguments(choices[0].GetProperty("delta"));
            isFinished |= choices[0].GetProperty("finish_reason").ValueKind == JsonValueKind.String;
        }

        if (arguments.Length > 0)
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, [Call(arguments)]);
        }

        if (!isFinished && upstream.Fault != "takes-a-cut-for-an-end")
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, "No end.");
        }

        yield return new ChatResponseUpdate { FinishReason = upstream.Fault == "has-no-finish" ? null : ChatFinishReason.Stop };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private async Task<bool> NextAsync(IAsyncEnumerator<string> lines, CancellationToken cancellationToken)
    {
        try
        {
            return await lines.MoveNextAsync();
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or ObjectDisposedException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw UpstreamFailures.FromException(failure) ?? new ProviderException(ProviderErrorKind.Network, "It broke.");
        }
    }

    private static JsonElement Parse(string json)
    {
        try
        {
            return JsonElement.Parse(json);
        }
        catch (JsonException failure)
        {
            throw UpstreamFailures.FromException(failure)!;
        }
    }

    private IEnumerable<AIContent> Contents(JsonElement message, bool whole)
    {
        if (message.TryGetProperty("content", out var text) && text.ValueKind == JsonValueKind.String)
        {
            yield return new TextContent(text.GetString());
        }

        if (whole && Arguments(message) is { Length: > 0 } arguments)
        {
            yield return Call(arguments);
        }
    }

    private FunctionCallContent Call(string arguments) =>
        new("call_1", "get_weather", upstream.Fault == "loses-arguments" ? null : JsonElement.Parse(arguments).EnumerateObject().ToDictionary(member => member.Name, member => (object?)member.Value));

    private static string Arguments(JsonElement message) => message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array
        ? string.Concat(calls.EnumerateArray().Select(call => call.GetProperty("function").GetProperty("arguments").GetString()))
        : "";
}
