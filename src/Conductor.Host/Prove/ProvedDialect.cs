using Conductor.Calls;
using Conductor.Wire;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Prove;

/// <summary>One dialect in all of its directions, as the proof needs it: said and read by a caller, by Conductor and by an upstream. No I/O.</summary>
internal abstract class ProvedDialect
{
    protected const string Model = "proved-model";

    protected static readonly DateTimeOffset Then = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    public abstract string Name { get; }

    /// <summary>What its answers can say.</summary>
    public abstract AnswerWords Words { get; }

    /// <summary>A request as a caller, or Conductor, says it.</summary>
    /// <exception cref="WireRequestException">The dialect cannot say it.</exception>
    public abstract (byte[] Body, LossReport Losses) WriteRequest(ChatRequest request);

    /// <summary>A request as Conductor, or an upstream, reads it.</summary>
    public abstract ChatRequest ReadRequest(ReadOnlySpan<byte> body);

    /// <summary>A whole answer as an upstream, or Conductor, says it.</summary>
    public byte[] WriteAnswer(ChatResponse answer, LossReport losses)
    {
        new AnswerLosses(Words, losses).Note(answer);
        return WriteAnswer(answer);
    }

    /// <summary>A whole answer as Conductor, or a caller, reads it.</summary>
    public abstract ChatResponse ReadAnswer(ReadOnlySpan<byte> body);

    /// <summary>A streamed answer as an upstream, or Conductor, says it: all of its bytes.</summary>
    public byte[] WriteStream(IReadOnlyList<ChatResponseUpdate> updates, LossReport losses)
    {
        var lost = new AnswerLosses(Words, losses);
        foreach (var update in updates)
        {
            lost.Note(update);
        }

        return WriteStream(updates);
    }

    /// <summary>A streamed answer as Conductor, or a caller, reads it: all of its updates.</summary>
    public abstract Task<List<ChatResponseUpdate>> ReadStreamAsync(byte[] body);

    /// <summary>The next turn's request of a client that sends the answer back as it came.</summary>
    public abstract byte[] Replay(byte[] answer);

    /// <summary>The same of a streamed answer.</summary>
    public abstract Task<byte[]> ReplayStreamAsync(byte[] stream);

    protected abstract byte[] WriteAnswer(ChatResponse answer);

    protected abstract byte[] WriteStream(IReadOnlyList<ChatResponseUpdate> updates);

    /// <summary>Reads server-sent events one by one into a dialect's reader.</summary>
    protected static async Task<List<ChatResponseUpdate>> ReadEventsAsync(byte[] body, Action<ReadOnlyMemory<byte>, List<ChatResponseUpdate>> read, Func<ChatResponseUpdate?> complete)
    {
        var updates = new List<ChatResponseUpdate>();
        await using var events = new SseReader(new MemoryStream(body));
        while (await events.ReadAsync(CancellationToken.None))
        {
            read(events.Data, updates);
        }

        if (complete() is { } last)
        {
            updates.Add(last);
        }

        return updates;
    }

    protected static WireUsage? UsageOf(ChatResponse answer) => WireUsage.FromDetails(answer.Usage);
}
