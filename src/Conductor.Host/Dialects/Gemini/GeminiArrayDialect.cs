using System.Buffers;
using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Wire.Gemini;

namespace Conductor.Host.Dialects.Gemini;

/// <summary>The same dialect where a stream is one JSON array: `streamGenerateContent` without `alt=sse`. Upstreams are asked for events all the same.</summary>
internal sealed class GeminiArrayDialect : GeminiDialect
{
    public override StreamFraming Framing => StreamFraming.JsonArray;

    public override ReadOnlyMemory<byte> StreamEnd { get; } = "]"u8.ToArray();

    public override IDialectStream OpenStream(Stream body, int maxEventBytes) => new GeminiArrayStream(body, maxEventBytes, Scan);

    public override IChatEventWriter OpenEvents(AnswerContext context) => new EventWriter(context, GeminiFraming.Array);

    public override void WriteErrorEvent(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts, bool isFirst)
    {
        output.Write(isFirst ? "["u8 : ",\r\n"u8);
        WriteError(output, error, facts);
        output.Write("\n]"u8);
    }
}
