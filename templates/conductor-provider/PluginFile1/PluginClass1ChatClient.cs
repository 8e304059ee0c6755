using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace PluginClass1;

/// <summary>Answers with the last user message: by itself, or with what the upstream makes of it. The place for your upstream's own protocol.</summary>
internal sealed class PluginClass1ChatClient(PluginClass1Settings settings, HttpClient http) : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var text = messages.LastOrDefault(message => message.Role == ChatRole.User)?.Text ?? "";
        var answer = settings.BaseUrl is { } baseUrl ? await AskAsync(baseUrl, text, cancellationToken).ConfigureAwait(false) : settings.Prefix + text;
        for (var start = 0; start < answer.Length;)
        {
            var space = answer.IndexOf(' ', start);
            var end = space < 0 ? answer.Length : space + 1; // a word takes the space behind it along
            yield return new ChatResponseUpdate(ChatRole.Assistant, answer[start..end]);
            start = end;
        }

        yield return new ChatResponseUpdate { Role = ChatRole.Assistant, FinishReason = ChatFinishReason.Stop };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
        // The HttpClient is of the lent factory, which keeps its connections.
    }

    private async Task<string> AskAsync(Uri baseUrl, string text, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new StringContent(text);
            using var response = await http.PostAsync(new Uri(baseUrl, "reply"), content, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)
                : throw PluginClass1Errors.FromStatus((int)response.StatusCode, response.Headers.RetryAfter?.Delta);
        }
        catch (HttpRequestException failure)
        {
            throw PluginClass1Errors.FromConnection(failure);
        }
    }
}
