using System.Runtime.CompilerServices;
using Conductor.Plugins;

[assembly: ProviderPlugin("relay-pinned", typeof(Conductor.TestPlugins.Relay.Plugin))]

namespace Conductor.TestPlugins.Relay;

/// <summary>Leaves a handler at an event of the process, and so never leaves memory.</summary>
internal sealed class Habit
{
    public Habit(ProviderContext context, Uri upstream)
    {
        Name = $"{context.Name} at {upstream}";
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    public string Name { get; private set; }

    public async IAsyncEnumerable<string> StreamAsync(
        IHttpClientFactory http, Uri to, string model, string text, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var data in Sse.ReadAsync(http, to, model, text, cancellationToken))
        {
            yield return Sse.TextOf(data);
        }
    }

    private void OnExit(object? sender, EventArgs exit) => Name = "";
}
