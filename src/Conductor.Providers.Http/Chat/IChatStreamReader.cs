using Microsoft.Extensions.AI;

namespace Conductor.Providers.Http;

/// <summary>A dialect's reader of one stream: the data of events, or lines, to updates. What is wrong with them is a <see cref="Conductor.Wire.WireResponseException"/>.</summary>
public interface IChatStreamReader
{
    /// <summary>Whether the answer has come to its end: only then is the stream's end a success.</summary>
    bool IsFinished { get; }

    /// <summary>Whether nothing more is to be read.</summary>
    bool IsEnd { get; }

    /// <summary>Reads one event's data, or one line, and adds what it holds to <paramref name="updates"/>; often nothing.</summary>
    void Read(ReadOnlySpan<byte> data, ICollection<ChatResponseUpdate> updates);

    /// <summary>Called once at the end of a stream that is finished: what is left to say, usually the usage; null for nothing.</summary>
    ChatResponseUpdate? Complete();
}
