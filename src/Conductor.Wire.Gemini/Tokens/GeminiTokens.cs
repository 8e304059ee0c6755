using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>`countTokens`, both ways.</summary>
public static class GeminiTokens
{
    /// <summary>Reads a request: `contents` alone, or a whole `generateContentRequest`.</summary>
    /// <exception cref="WireRequestException">The body is not one; the exception names the member.</exception>
    public static GeminiChatRequest ReadRequest(ReadOnlySpan<byte> body)
    {
        var root = new RequestElement(StrictJson.ParseRequest(body), "");
        var whole = root.Get("generateContentRequest");
        if (whole.IsNull)
        {
            return GeminiRequestReader.Read(root);
        }

        return root.Has("contents") ? throw root["contents"].Invalid("and 'generateContentRequest' are both given; send one of them") : GeminiRequestReader.Read(whole.RequireObject());
    }

    /// <summary>Writes a request that counts everything: instructions and tools are part of the prompt.</summary>
    public static void WriteRequest(IBufferWriter<byte> output, string model, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(model);
        var inner = new ArrayBufferWriter<byte>(1024);
        GeminiRequestWriter.Write(inner, model, messages, options);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("generateContentRequest"u8);
            writer.WriteString("model"u8, GeminiModelName.Resource(model));
            foreach (var member in JsonElement.Parse(inner.WrittenSpan).EnumerateObject())
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    /// <summary>Reads an answer. Nothing counted is no member at all on this wire.</summary>
    /// <exception cref="WireResponseException">The bytes are no answer.</exception>
    public static long ReadResponse(ReadOnlySpan<byte> body) => GeminiJson.Read(body, root =>
        !root.TryGetProperty("totalTokens"u8, out var total) ? 0
        : total.ValueKind == JsonValueKind.Number && total.TryGetInt64(out var tokens) && tokens is >= 0 and <= WireUsage.Limit ? tokens
        : throw new WireResponseException(WireResponseFault.WrongShape, "The answer's count is none."));

    /// <summary>Writes an answer.</summary>
    public static void WriteResponse(IBufferWriter<byte> output, long tokens)
    {
        ArgumentNullException.ThrowIfNull(output);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("totalTokens"u8, tokens);
            writer.WriteEndObject();
        });
    }
}
