namespace Conductor.Host.Lab.Wires;

/// <summary>What was tried on one target. For one thread.</summary>
internal sealed class WireTally
{
    /// <summary>How many inputs.</summary>
    public long Inputs { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>The longest input, in bytes.</summary>
    public int Longest { get; private set; }

    /// <summary>The most bytes that were allocated for one.</summary>
    public long MostAllocated { get; private set; }

    /// <summary>The most bytes that were allocated for each byte of an input above 4 KiB.</summary>
    public double MostAllocatedPerByte { get; private set; }

    /// <summary>The longest time that one took.</summary>
    public TimeSpan Slowest { get; private set; }

    public void Add(int length, long allocated, TimeSpan took)
    {
        Inputs++;
        Bytes += length;
        Longest = Math.Max(Longest, length);
        MostAllocated = Math.Max(MostAllocated, allocated);
        MostAllocatedPerByte = length < 4096 ? MostAllocatedPerByte : Math.Max(MostAllocatedPerByte, (double)allocated / length);
        Slowest = took > Slowest ? took : Slowest;
    }
}
