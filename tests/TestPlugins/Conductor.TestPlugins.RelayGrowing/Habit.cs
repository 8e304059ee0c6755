using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Conductor.Plugins;

[assembly: ProviderPlugin("relay-growing", typeof(Conductor.TestPlugins.Relay.Plugin))]

namespace Conductor.TestPlugins.Relay;

/// <summary>Takes 24 MiB from the system with every version and never gives them back. Its code leaves memory all the same.</summary>
internal sealed class Habit
{
    private const int Bytes = 24 << 20;

    public unsafe Habit(ProviderContext context, Uri upstream)
    {
        Name = $"{context.Name} at {upstream}";
        new Span<byte>((void*)Marshal.AllocHGlobal(Bytes), Bytes).Fill(1);
    }

    public string Name { get; }

    public async IAsyncEnumerable<string> StreamAsync(
        IHttpClientFactory http, Uri to, string model, string text, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var data in Sse.ReadAsync(http, to, model, text, cancellationToken))
        {
            yield return Sse.TextOf(data);
        }
    }
}
