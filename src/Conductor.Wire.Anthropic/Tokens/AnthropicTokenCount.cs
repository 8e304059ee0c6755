using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.Anthropic;

/// <summary>The answer of `/v1/messages/count_tokens`: `{"input_tokens":14}`. Its request is <see cref="AnthropicRequestReader.ReadCount"/> and <see cref="AnthropicRequestWriter.WriteCount"/>.</summary>
public static class AnthropicTokenCount
{
    /// <summary>Reads the count, 0 and above.</summary>
    /// <exception cref="WireResponseException">The bytes are no such answer.</exception>
    public static long Read(ReadOnlySpan<byte> body) => AnthropicJson.Read(
        body,
        root => AnthropicJson.Member(root, "input_tokens"u8, JsonValueKind.Number) is { } number && number.TryGetInt64(out var tokens) && tokens is >= 0 and <= WireUsage.Limit
            ? tokens
            : throw new WireResponseException(WireResponseFault.WrongShape, "The answer has no count of tokens."));

    /// <summary>Writes the answer.</summary>
    public static void Write(IBufferWriter<byte> output, long tokens)
    {
        ArgumentNullException.ThrowIfNull(output);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("input_tokens"u8, tokens);
            writer.WriteEndObject();
        });
    }
}
