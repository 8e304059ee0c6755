using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini.Tests;

internal static class Wire
{
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static JsonNode Json(Action<IBufferWriter<byte>> write) => JsonNode.Parse(Text(write))!;

    public static (JsonNode Body, LossReport Losses) Write(IEnumerable<ChatMessage> messages, ChatOptions? options = null, string model = "gemini-2.5-flash")
    {
        LossReport? losses = null;
        var body = Json(output => losses = GeminiRequestWriter.Write(output, model, messages, options));
        return (body, losses!);
    }

    public static GeminiChatRequest Read(string body) => GeminiRequestReader.Read(Bytes(body));

    public static void Same(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"Expected {JsonNode.Parse(expected)?.ToJsonString()}\nbut was  {actual?.ToJsonString()}");
}

/// <summary>Serves bytes in two halves, or in pieces of one size, as a socket might.</summary>
internal sealed class PieceStream : MemoryStream
{
    private readonly int _split;
    private readonly int _pieceSize;

    private PieceStream(byte[] bytes, int split, int pieceSize)
        : base(bytes) => (_split, _pieceSize) = (split, pieceSize);

    public static PieceStream SplitAt(byte[] bytes, int split) => new(bytes, split, int.MaxValue);

    public static PieceStream InPiecesOf(byte[] bytes, int size) => new(bytes, 0, size);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var upToSplit = Position < _split ? _split - (int)Position : int.MaxValue;
        return base.ReadAsync(buffer[..Math.Min(buffer.Length, Math.Min(upToSplit, _pieceSize))], cancellationToken);
    }
}
