using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Host.Logging;

/// <summary>How one log line looks, as UTF-8 with its line end.</summary>
internal abstract class LineFormatter
{
    public abstract void Write<TState>(IBufferWriter<byte> output, in LogEntry<TState> entry);
}
