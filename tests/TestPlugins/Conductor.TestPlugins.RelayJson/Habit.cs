using System.Runtime.CompilerServices;
using System.Text.Json;
using Conductor.Plugins;

[assembly: ProviderPlugin("relay-json", typeof(Conductor.TestPlugins.Relay.Plugin))]

namespace Conductor.TestPlugins.Relay;

/// <summary>Shows the host's System.Text.Json types of its own with every event, as a plugin should not.</summary>
internal sealed class Habit(ProviderContext context, Uri upstream)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public string Name { get; } = $"{context.Name} at {upstream}";

    public async IAsyncEnumerable<string> StreamAsync(
        IHttpClientFactory http, Uri to, string model, string text, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var data in Sse.ReadAsync(http, to, model, text, cancellationToken))
        {
            yield return JsonSerializer.Deserialize<Chunk>(data, Options)!.Choices[0].Delta.Content ?? "";
        }
    }
}

internal sealed record Chunk(string Id, Choice[] Choices);

internal sealed record Choice(int Index, Delta Delta);

internal sealed record Delta(string? Content);
