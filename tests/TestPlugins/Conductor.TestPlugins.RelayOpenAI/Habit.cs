using System.ClientModel;
using System.Runtime.CompilerServices;
using Conductor.Plugins;
using OpenAI;
using OpenAI.Chat;

[assembly: ProviderPlugin("relay-openai", typeof(Conductor.TestPlugins.Relay.Plugin))]

namespace Conductor.TestPlugins.Relay;

/// <summary>Asks through the official OpenAI package, which it carries.</summary>
internal sealed class Habit(ProviderContext context, Uri upstream)
{
    private readonly OpenAIClient _client = new(new ApiKeyCredential(context.Name), new OpenAIClientOptions { Endpoint = upstream });

    public async IAsyncEnumerable<string> StreamAsync(
        IHttpClientFactory http, Uri to, string model, string text, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var update in _client.GetChatClient(model).CompleteChatStreamingAsync([new UserChatMessage(text)], cancellationToken: cancellationToken))
        {
            foreach (var part in update.ContentUpdate)
            {
                yield return part.Text;
            }
        }
    }
}
