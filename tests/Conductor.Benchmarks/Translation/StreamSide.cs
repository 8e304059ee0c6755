using System.Buffers;
using Conductor.Dialects;
using Microsoft.Extensions.AI;

namespace Conductor.Benchmarks;

/// <summary>One dialect's stream in all the ways in which the gateway touches one.</summary>
/// <param name="Name">The dialect.</param>
/// <param name="OpenRaw">A stream that passes through as bytes, each event looked at.</param>
/// <param name="ReadAsync">Reads a stream's bytes as a provider does, and hands on what is in them.</param>
/// <param name="OpenWriter">Begins a stream that is written: one update after the other, and the end.</param>
internal sealed record StreamSide(
    string Name,
    Func<Stream, IDialectStream> OpenRaw,
    Func<Stream, Action<ChatResponseUpdate>, Task> ReadAsync,
    Func<(Action<IBufferWriter<byte>, ChatResponseUpdate> Write, Action<IBufferWriter<byte>> Complete)> OpenWriter)
{
    /// <summary>A stream as a server of this dialect sends it.</summary>
    public byte[] Say(IEnumerable<ChatResponseUpdate> updates)
    {
        var output = new ArrayBufferWriter<byte>();
        var (write, complete) = OpenWriter();
        foreach (var update in updates)
        {
            write(output, update);
        }

        complete(output);
        return output.WrittenSpan.ToArray();
    }
}
