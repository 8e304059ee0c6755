using System.Buffers;
using Conductor.Wire;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Dialects;

/// <summary>One stream's updates as events of a dialect. For one stream, not for two threads.</summary>
internal interface IChatEventWriter
{
    /// <summary>Writes an update as complete events; nothing for one that says nothing, or that is kept for later.</summary>
    void Write(IBufferWriter<byte> output, ChatResponseUpdate update);

    /// <summary>Ends a stream that succeeded, its end mark included. A stream that failed never comes here.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="usage">What the answer took; what the updates said where null.</param>
    void Complete(IBufferWriter<byte> output, WireUsage? usage);
}
