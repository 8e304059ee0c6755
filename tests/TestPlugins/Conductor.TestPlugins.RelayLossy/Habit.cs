using System.Runtime.CompilerServices;
using Conductor.Plugins;

[assembly: ProviderPlugin("relay-lossy", typeof(Conductor.TestPlugins.Relay.Plugin))]

namespace Conductor.TestPlugins.Relay;

/// <summary>Damages every stream: the first swallows its fourth chunk, the second says it twice, the third says it after its successor, and so on.</summary>
internal sealed class Habit(ProviderContext context, Uri upstream)
{
    private const int Victim = 3;
    private int _streams;

    public string Name { get; } = $"{context.Name} at {upstream}";

    public async IAsyncEnumerable<string> StreamAsync(
        IHttpClientFactory http, Uri to, string model, string text, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var damage = Interlocked.Increment(ref _streams) % 3;
        var late = "";
        var number = 0;
        await foreach (var data in Sse.ReadAsync(http, to, model, text, cancellationToken))
        {
            var heard = Sse.TextOf(data);
            var isVictim = number++ == Victim;
            if (!isVictim)
            {
                yield return heard + late;
                late = "";
            }
            else if (damage == 2)
            {
                yield return heard + heard;
            }
            else if (damage == 0)
            {
                late = heard;
            }
        }
    }
}
