using Conductor.Settings;

namespace Conductor.Host.Idempotency;

/// <summary>What the streams that are being recorded may hold together, in bytes.</summary>
internal sealed class RecordingMemory(ISettings settings)
{
    private long _taken;

    /// <summary>How much is held now.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>False where it is more than there is.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= settings.Current.Limits.Idempotency.MaxMemoryBytes)
        {
            return true;
        }

        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    public void GiveBack(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
