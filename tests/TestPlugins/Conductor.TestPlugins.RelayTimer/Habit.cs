using System.Runtime.CompilerServices;
using Conductor.Plugins;

[assembly: ProviderPlugin("relay-timer", typeof(Conductor.TestPlugins.Relay.Plugin))]

namespace Conductor.TestPlugins.Relay;

/// <summary>Keeps a timer and a loop running, and ends both when it is disposed, as a plugin must.</summary>
internal sealed class Habit : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Timer _timer;
    private readonly Task _loop;
    private long _beats;

    public Habit(ProviderContext context, Uri upstream)
    {
        Name = $"{context.Name} at {upstream}";
        _timer = new Timer(_ => Interlocked.Increment(ref _beats), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
        _loop = BeatAsync();
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

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await _timer.DisposeAsync();
        _stop.Dispose();
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                Interlocked.Increment(ref _beats);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
