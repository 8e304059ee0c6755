namespace Conductor.Wire;

/// <summary>An event is longer than the cap: nobody buffers it.</summary>
public sealed class SseException : Exception
{
    /// <summary>Creates the exception.</summary>
    public SseException()
        : this(0)
    {
    }

    /// <summary>Creates the exception for a cap of <paramref name="maxEventBytes"/>.</summary>
    public SseException(int maxEventBytes)
        : base($"An event of the stream is longer than {maxEventBytes} bytes.") => MaxEventBytes = maxEventBytes;

    /// <summary>The cap.</summary>
    public int MaxEventBytes { get; }
}
