using System.Buffers;

namespace Conductor.Wire.Gemini;

/// <summary>Frames the pieces of one stream. For one stream, not for two threads.</summary>
public sealed class GeminiFrames(GeminiFraming framing)
{
    private bool _hasBegun;
    private bool _isClosed;

    /// <summary>The media type of such a stream.</summary>
    public string ContentType => framing == GeminiFraming.Events ? "text/event-stream" : "application/json";

    /// <summary>Frames one piece.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="piece">A JSON object.</param>
    public void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> piece)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (framing == GeminiFraming.Events)
        {
            output.Write("data: "u8);
            WriteLines(output, piece);
            output.Write("\r\n\r\n"u8);
            return;
        }

        output.Write(_hasBegun ? ",\r\n"u8 : "["u8);
        _hasBegun = true;
        output.Write(piece);
        output.Write("\n"u8);
    }

    /// <summary>Ends the stream: the array's bracket, nothing for events. Once.</summary>
    public void Complete(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (framing == GeminiFraming.Array && !_isClosed)
        {
            output.Write(_hasBegun ? "]"u8 : "[]"u8);
            _isClosed = true;
        }
    }

    /// <summary>Writes an error as the stream's last piece, and ends the array. An array that has ended already takes none.</summary>
    public void WriteError(IBufferWriter<byte> output, GeminiError error)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (_isClosed)
        {
            return;
        }

        var piece = new ArrayBufferWriter<byte>(256);
        GeminiErrorWriter.Write(piece, error);
        Write(output, piece.WrittenSpan);
        Complete(output);
    }

    /// <summary>A server may send a piece on several lines, and JSON may be broken at any of them.</summary>
    private static void WriteLines(IBufferWriter<byte> output, ReadOnlySpan<byte> piece)
    {
        var isFirst = true;
        foreach (var line in piece.Split((byte)'\n'))
        {
            if (!isFirst)
            {
                output.Write("\r\ndata: "u8);
            }

            isFirst = false;
            output.Write(piece[line].TrimEnd((byte)'\r'));
        }
    }
}
